"""How a process ends that was refused what it was started for."""

from collections.abc import Callable

import click

from kernel.errors import DomainError


def exit_code(work: Callable[[], int | None]) -> int:
    """That of the work; 1 for a refusal, which is said in both languages, without a traceback."""
    try:
        return work() or 0
    except DomainError as error:
        click.echo(f"{error.message.vi}\n{error.message.en}", err=True)
        return 1
