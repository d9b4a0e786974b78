"""What every command needs: the services, who stands at the keyboard, and how to answer."""

import getpass
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from entrypoints.settings import load_settings
from entrypoints.wiring import Services
from kernel.access import Actor
from kernel.audit import Basis
from kernel.logs import configure_logs

Command = TypeVar("Command", bound=Callable[..., Any])


class Session:
    """Built when the first command asks for it, so that --help needs no settings."""

    @cached_property
    def services(self) -> Services:
        settings = load_settings()
        configure_logs(settings.log.model_copy(update={"level": "WARNING", "json_lines": False}))
        return Services(settings)

    def close(self) -> None:
        """Give the connections back, where a command opened any."""
        if "services" in self.__dict__:
            self.services.close()

    @property
    def actor(self) -> Actor:
        return Actor.operator(getpass.getuser())

    @cached_property
    def console(self) -> Console:
        return Console(highlight=False)


def answer(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def folding_table(*columns: str) -> Table:
    """A table that breaks long values over lines instead of cutting what one has to copy."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")


def _said(_: click.Context, __: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("say why")
    return value


def with_basis(command: Command, reason: str | None = None) -> Command:
    """Options that say why; the command gets them as `reason`, `document`, `document_date`."""
    # to click even None is a default, and what has a default is not asked for
    given: dict[str, Any] = {"required": True} if reason is None else {"default": reason}
    for option in (
        click.option(
            "--reason", **given, callback=_said, show_default=True, help="Shown in the audit trail."
        ),
        click.option("--document", help="Number of the document this rests on."),
        click.option("--document-date", type=DAY, help="Date of that document."),
    ):
        command = option(command)
    return command


def basis_of(options: dict[str, Any]) -> Basis:
    """Takes the options of `with_basis` out of a command's."""
    moment = options.pop("document_date")
    return Basis(options.pop("reason"), options.pop("document"), moment and moment.date())


UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def in_bytes(count: int | None) -> str:
    """For people: 500 MiB; programs get the number."""
    if count is None:
        return ""
    size, unit = float(count), 0
    while size >= 1024 and unit < len(UNITS) - 1:  # noqa: PLR2004  # of a KiB
        size, unit = size / 1024, unit + 1
    return f"{size:.1f}".removesuffix(".0") + f" {UNITS[unit]}"
