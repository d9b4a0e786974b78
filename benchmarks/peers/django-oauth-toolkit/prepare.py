"""Make tables and clients, print refresh tokens: python prepare.py PEOPLE MACHINES COUNT.

PEOPLE and MACHINES are ids of clients, since one of its clients knows one kind of grant.
"""

# mypy: ignore-errors

import os
import secrets
import sys
from datetime import timedelta
from uuid import uuid4

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # after the set-up, as Django wants it
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken, Application, RefreshToken  # noqa: E402

SCOPE = "documents:read"


def main(people: str, machines: str, count: int) -> None:
    call_command("migrate", verbosity=0)
    client(machines, Application.GRANT_CLIENT_CREDENTIALS)
    application = client(people, Application.GRANT_AUTHORIZATION_CODE)
    person = User.objects.create_user("person")
    for _ in range(count):
        print(refresh_token(application, person))


def client(client_id: str, grant_type: str) -> Application:
    return Application.objects.create(
        client_id=client_id,
        client_secret=os.environ["CLIENT_SECRET"],
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=grant_type,
        redirect_uris="https://app.example.org/callback",
    )


def refresh_token(client: Application, person: User) -> str:
    """What the sign-in of a person ends with; only rotation is measured."""
    access = AccessToken.objects.create(
        user=person,
        application=client,
        token=secrets.token_urlsafe(32),
        expires=timezone.now() + timedelta(minutes=10),
        scope=SCOPE,
    )
    refresh = RefreshToken.objects.create(
        user=person,
        application=client,
        access_token=access,
        token=secrets.token_urlsafe(32),
        token_family=uuid4(),
    )
    return refresh.token


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
