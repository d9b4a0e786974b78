"""Every command with its arguments and options, as click knows them."""

from collections.abc import Iterator

import click

from entrypoints.cli import congvu
from entrypoints.reference.markdown import code, table


def commands() -> str:
    return "\n".join(_sections("congvu", congvu))


def _sections(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    if isinstance(command, click.Group):
        if path != "congvu":
            yield f"## {path}\n\n{_help(command)}\n"
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _sections(f"{path} {name}", child)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    level = "##" if path.count(" ") == 1 else "###"
    yield f"{level} {path}\n\n```\n{path} {usage}\n```\n\n{_help(command)}\n"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield table(("option", "meaning"), (_option(option, context) for option in options))


def _help(command: click.Command) -> str:
    return "\n".join(line.strip() for line in (command.help or "").strip().splitlines())


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    names, meaning = option.get_help_record(context) or ("", "")
    required = "" if not option.required or "required" in meaning else " [required]"
    return code(names), f"{meaning}{required}".strip()
