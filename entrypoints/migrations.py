"""Migrations from within Python; by hand it is `alembic upgrade head` in the checkout."""

from alembic.config import Config

from alembic import command
from entrypoints.home import CHECKOUT


def migrate(url: str) -> None:
    configuration = Config(str(CHECKOUT / "alembic.ini"))
    configuration.attributes["url"] = url
    command.upgrade(configuration, "head")
