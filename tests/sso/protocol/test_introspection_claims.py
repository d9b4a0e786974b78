"""Resource servers that know people by more than `sub` are told so at introspection."""

from tests.support.sign_on import SignOnWorld

MAIL = "https://mail.backan.gov.vn"


def test_the_resource_server_hears_what_scope_of_the_token_and_its_own_both_release(
    world: SignOnWorld,
) -> None:
    webmail, member = world.application(resources=[MAIL]), world.member()
    server = world.application(
        "dovecot", resource_identifiers=[MAIL], introspection_claims=True, scope=["email", "phone"]
    )
    found = world.introspect(server, world.tokens(webmail, member, resource=MAIL)["access_token"])
    assert found["active"] is True
    assert found["email"].endswith("@backan.gov.vn")
    assert "name" not in found  # not for this server
    assert "phone_number" not in found  # not for this token


def test_others_hear_only_of_the_token(world: SignOnWorld) -> None:
    webmail, member = world.application(resources=[MAIL]), world.member()
    server = world.application("lgsp", resource_identifiers=[MAIL])
    found = world.introspect(server, world.tokens(webmail, member, resource=MAIL)["access_token"])
    assert found["active"] is True
    assert "email" not in found
