from datetime import timedelta

import pytest

from kernel import api_tokens
from kernel.access import Actor, Permission, PermissionMissing
from kernel.database import Database
from kernel.tokens import CROCKFORD, new_code, normalise_code
from tests.support.registry import NOW


def create(db: Database, officer: Actor) -> tuple[api_tokens.ApiToken, str]:
    with db.transaction() as session:
        return api_tokens.create_token(
            session,
            officer,
            name="portal",
            permissions=[Permission.READ_PEOPLE],
            expires_at=NOW + timedelta(days=1),
            now=NOW,
        )


def test_a_token_stands_for_its_permissions_and_is_kept_only_as_a_hash(
    db: Database, officer: Actor
) -> None:
    row, secret = create(db, officer)
    with db.transaction() as session:
        actor = api_tokens.actor_of_token(session, secret, now=NOW, request_id=None)
    assert actor.label == "portal"
    actor.require(Permission.READ_PEOPLE)
    with pytest.raises(PermissionMissing):
        actor.require(Permission.MANAGE_PEOPLE)
    assert secret.encode() not in row.token_hash


@pytest.mark.parametrize("days", [1, 30])
def test_an_expired_token_is_rejected(db: Database, officer: Actor, days: int) -> None:
    _, secret = create(db, officer)
    with db.transaction() as session, pytest.raises(api_tokens.TokenRejected):
        api_tokens.actor_of_token(session, secret, now=NOW + timedelta(days=days), request_id=None)


def test_a_revoked_token_is_rejected_at_once_and_cannot_be_revoked_twice(
    db: Database, officer: Actor
) -> None:
    row, secret = create(db, officer)
    with db.transaction() as session:
        api_tokens.revoke_token(session, officer, row.id, now=NOW)
    with db.transaction() as session, pytest.raises(api_tokens.TokenRejected):
        api_tokens.actor_of_token(session, secret, now=NOW, request_id=None)
    with db.transaction() as session, pytest.raises(api_tokens.TokenNotFound):
        api_tokens.revoke_token(session, officer, row.id, now=NOW)


def test_a_code_read_from_paper_is_understood_however_it_is_typed() -> None:
    code = new_code()
    assert set(code) <= {*CROCKFORD, "-"}
    typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert normalise_code(typed) == normalise_code(code)
