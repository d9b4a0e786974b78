"""What people allowed a client."""

from threading import Thread

from sso.clients import consents
from tests.support.registry import NOW
from tests.support.sign_on import SignOnWorld


def test_what_is_given_at_the_same_moment_on_two_pages_is_all_kept(world: SignOnWorld) -> None:
    app, member, database = world.application(), world.member(), world.services.database

    def give_elsewhere() -> None:
        with database.transaction() as other:
            consents.give(other, member.id, app.id, ["profile", "openid"], now=NOW)

    with database.transaction() as session:
        consents.give(session, member.id, app.id, ["openid", "email"], now=NOW)
        waiting = Thread(target=give_elsewhere)
        waiting.start()
        waiting.join(0.3)  # for what is written here; it has read already what it would read
        assert waiting.is_alive()
    waiting.join()
    with database.transaction() as session:
        given = consents.given(session, member.id, app.id)
    assert given == {"openid", "email", "profile"}
