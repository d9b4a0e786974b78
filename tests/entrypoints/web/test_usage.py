from collections.abc import Callable
from datetime import UTC, date, datetime

import httpx
import pytest

from identity.accounts.models import Account
from kernel.access import Permission
from kernel.database import Database
from mail_admin.rate.settings import Sign
from tests.support.small_usage import Small, small
from tests.support.usage import use
from tests.support.web import Api

__all__ = ["small"]

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_report_is_read_from_kept_figures(api: Api, small: Small) -> None:
    api.refused("/usage/report", 404, month="2026-10")
    small.refresh(NOVEMBER)
    found = api.get("/usage/report", month="2026-10")
    assert [row["code"] for row in found["organisations"]] == ["H03", "H03.1", "H03.2"]
    assert found["organisations"][1]["rate"] == pytest.approx(2 / 3)
    assert found["organisations"][1]["own"]["in_service"] == 3
    assert found["organisations"][1]["parent_code"] == "H03"
    assert found["total"]["active_of_issued"] == pytest.approx(3 / 5)
    assert found["formula"]["vi"]
    assert found["confirmed_at"] == "2026-11-22T00:00:00Z"
    below = api.get("/usage/report", month="2026-10", under="H03.2", scope="persons")
    assert [row["in_service"] for row in below["organisations"]] == [1]
    top = api.get("/usage/report", month="2026-10", levels=0)
    assert [row["code"] for row in top["organisations"]] == ["H03"]
    assert api.refused("/usage/report", 404, month="2026-10", under="H9")["place"] == "organisation"
    assert api.refused("/usage/report", 422, month="10-2026")["code"] == "usage-month-invalid"


def test_the_year_to_10_december_is_computed_when_asked_for(api: Api, small: Small) -> None:
    found = api.get("/usage/report", month="2026-10", period="year-10-december")
    assert [month["label"] for month in found["months"]] == [
        "2026-09-10/2026-10-09",
        "2026-10-10/2026-11-09",
    ]
    assert small.refresh(NOVEMBER) == []


def test_months_with_their_state(api: Api, small: Small) -> None:
    assert api.get("/usage/months") == [{"month": "2026-10", "is_over": True, "closed_at": None}]
    small.close(NOVEMBER)
    (month,) = api.get("/usage/months")
    assert month["closed_at"] == "2026-11-22T00:00:00Z"


def test_mailboxes_behind_a_number_page_by_page(api: Api, small: Small) -> None:
    small.refresh(NOVEMBER)
    pages = list(api.pages("/usage/mailboxes", month="2026-10", organisation="H03.1", limit=2))
    assert [len(page) for page in pages] == [2, 1]
    logins = [item["login"] for page in pages for item in page]
    assert logins == sorted(set(logins))
    unused = api.get("/usage/mailboxes", month="2026-10", organisation="H03", state="unused")
    assert [item["active"] for item in unused["items"]] == [False, False]
    own = api.get("/usage/mailboxes", month="2026-10", organisation="H03", below=False)
    assert own["items"] == []


def test_gauges_tell_of_the_province_from_kept_figures(
    client: httpx.Client, small: Small, db: Database
) -> None:
    assert "congvu_usage_rate{" not in client.get("/metrics").text
    with db.transaction() as session:
        account = session.query(Account).order_by(Account.login).first()
        assert account is not None
        use(session, account.id, Sign.WEB, date(2026, 11, 2))
    small.refresh(NOVEMBER)
    shown = client.get("/metrics").text
    assert 'congvu_usage_rate{month="last"} 0.6' in shown
    assert 'congvu_usage_mailboxes{counted_as="in_service",month="present"} 5.0' in shown
    assert 'congvu_usage_figures_age_seconds{month="present"}' in shown


def test_leave_over_http(api: Api, small: Small) -> None:
    with small.registry() as registry:
        person = small.someone(registry)
    basis = {"reason": "đi học", "document_number": "12/QĐ-SNV"}
    form = {"kind": "study", "valid_from": "2026-10-01", "valid_to": "2026-12-01", "basis": basis}
    leave = api.post(f"/people/{person}/leaves", form, status=201)
    again = api.post(f"/people/{person}/leaves", form, status=422)
    assert again["code"] == "leave-period-invalid"
    ended = api.post(f"/leaves/{leave['id']}/end", {"on": "2026-10-20", "basis": basis})
    assert ended["valid_to"] == "2026-10-20"
    assert api.get(f"/people/{person}/leaves") == [ended]


def test_reading_people_is_not_reading_usage(
    client: httpx.Client, token: Callable[..., str]
) -> None:
    headers = {"Authorization": f"Bearer {token(Permission.READ_PEOPLE)}"}
    assert client.get("/api/v1/usage/months", headers=headers).status_code == 403
