"""Mail domains: which there are, the page of one, and what the DNS says of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from console.domains import queries, words
from console.pages import pages
from console.session.access import ReadsDomains
from identity.addresses.policy import Policy, warnings
from identity.addresses.queries import list_kept
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from mail_admin.domains.checking import Finding, check_records
from mail_admin.domains.records import Verdict, wanted_records
from mail_admin.domains.settings import DomainSettings

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/ten-mien"
DomainName = Annotated[str, Path(max_length=253)]
MOST_KEPT = 200
LIMIT_SECONDS = 10.0
"""For all records together; somebody waits for the page."""


@router.get(PATH)
def list_domains(request: Request, caller: ReadsDomains, db: Db, now: Now) -> Response:
    """A province has a handful: one page."""
    with db.transaction() as session:
        domains = queries.all_domains(session)
    return pages.show(
        request,
        "domains/list.html",
        caller,
        now,
        domains=domains,
        may_manage=caller.may(Permission.MANAGE_DOMAINS),
    )


@router.get(f"{PATH}/{{name}}")
def show_domain(
    request: Request,
    caller: ReadsDomains,
    db: Db,
    now: Now,
    name: DomainName,
    *,
    check: bool = False,
    done: str = "",
) -> Response:
    """`check`: ask the DNS too, between two transactions."""
    settings: DomainSettings = request.app.state.domains
    with db.transaction() as session:
        domain = queries.one_domain(session, name)
        kept = list_kept(session, domain.row.id, MOST_KEPT + 1)
    records = wanted_records(domain.row.name, settings, domain.key)
    findings = check_records(records, settings, LIMIT_SECONDS) if check else []
    return pages.show(
        request,
        "domains/domain.html",
        caller,
        now,
        part="records",
        domain=domain,
        address=f"{PATH}/{domain.row.name}",
        records=records,
        findings={finding.record: finding for finding in findings},
        agree=_all_agree(findings),
        warnings=_warnings(domain),
        of_domains=words,
        kept=kept[:MOST_KEPT],
        is_more_kept=len(kept) > MOST_KEPT,
        may_manage=caller.may(Permission.MANAGE_DOMAINS),
        done=done,
    )


def _all_agree(findings: list[Finding]) -> bool:
    return all(finding.verdict is Verdict.OK for finding in findings)


def _warnings(domain: queries.Domain) -> list[Message]:
    """Of the rules in force, each once."""
    policies = (
        Policy.model_validate({"subject": rule.row.subject, "steps": rule.row.steps})
        for rule in domain.rules
    )
    found = (warning.message for policy in policies for warning in warnings(policy))
    return list(dict.fromkeys(found))
