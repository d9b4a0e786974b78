"""The command line. Exit codes: 0 done, 1 refused, 2 wrong usage."""

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DataError, OperationalError

from entrypoints.cli.account_handover import hand_over
from entrypoints.cli.accounts import account, handover
from entrypoints.cli.acting import locked, notices, remind, rules
from entrypoints.cli.clients import client
from entrypoints.cli.directory import directory
from entrypoints.cli.domain_records import dkim, dns
from entrypoints.cli.domains import domain
from entrypoints.cli.imports import import_file
from entrypoints.cli.keys import key
from entrypoints.cli.lists import distribution_list
from entrypoints.cli.mailboxes import mailbox
from entrypoints.cli.organisations import organisation
from entrypoints.cli.people import person
from entrypoints.cli.roles import role
from entrypoints.cli.session import Session, answer
from entrypoints.cli.status import status
from entrypoints.cli.tokens import token
from entrypoints.cli.usage import usage
from entrypoints.cli.usage_import import import_counts
from entrypoints.cli.usage_logs import show_logs
from entrypoints.cli.usage_report import COMMANDS as USAGE_REPORTS
from entrypoints.cli.usage_simulate import simulate
from entrypoints.http_errors import ValueUnstorable
from kernel.database import DatabaseUnavailable
from kernel.errors import DomainError

LONGEST_SENTENCE = 600


@click.group()
@click.version_option(package_name=None, version="0.1.0", prog_name="congvu")
@click.pass_context
def congvu(context: click.Context) -> None:
    """Công Vụ: accounts and mailboxes of a province. Tài khoản và hộp thư công vụ của tỉnh."""
    context.obj = session = Session()
    context.call_on_close(session.close)


for command in (
    account,
    client,
    directory,
    distribution_list,
    domain,
    handover,
    import_file,
    key,
    mailbox,
    organisation,
    person,
    role,
    status,
    token,
    usage,
):
    congvu.add_command(command)
account.add_command(hand_over)
for command in (dns, dkim):
    domain.add_command(command)
for command in (import_counts, *USAGE_REPORTS, locked, notices, remind, rules, show_logs, simulate):
    usage.add_command(command)


def main() -> None:
    try:
        congvu(prog_name="congvu")
    except DomainError as error:
        refuse(error)
    except OperationalError:
        refuse(DatabaseUnavailable())
    except (DataError, UnicodeEncodeError):
        refuse(ValueUnstorable())


def refuse(error: DomainError) -> NoReturn:
    report(error)
    if "--json" in sys.argv:
        answer({"error": as_problem(error)})
    sys.exit(1)


def as_problem(error: DomainError) -> dict[str, str | None]:
    """What a program that reads our standard output needs to know of a refusal."""
    message = error.message
    return {"code": error.code, "vi": message.vi, "en": message.en, "place": error.place}


def report(error: DomainError) -> None:
    """A refusal in both languages, with its stable code."""
    place = f" [{error.place}]" if error.place else ""
    vi, en = (_shortened(sentence) for sentence in (error.message.vi, error.message.en))
    click.secho(f"{vi}{place}", err=True, fg="red")
    click.echo(f"{en} ({error.code})", err=True)


def _shortened(sentence: str) -> str:
    """What somebody pasted by mistake stands in the sentence as it was; nobody reads all of it."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    half = LONGEST_SENTENCE // 2
    return f"{sentence[:half]} … {sentence[-half:]}"
