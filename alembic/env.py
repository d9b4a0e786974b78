"""Runs migrations on the URL handed over by the caller, or on that of the settings."""

import re
from importlib import import_module

from sqlalchemy import create_engine, pool
from sqlalchemy.schema import SchemaItem

from alembic import context
from kernel.database import Base

MODELS = (
    "kernel.api_tokens",
    "kernel.audit",
    "kernel.audit_spool_flush",
    "kernel.certificates",
    "kernel.job_notes",
    "identity.organisations.models",
    "identity.people.models",
    "identity.addresses.models",
    "identity.accounts.models",
    "identity.roles.models",
    "identity.bulk.models",
    "identity.directory.models",
    "identity.directory.comparison_models",
    "identity.hr_import.models",
    "sso.clients.models",
    "sso.keys.models",
    "sso.sessions.models",
    "sso.tokens.models",
    "sso.protocol.models",
    "sso.logout.models",
    "sso.cas.models",
    "sso.throttling.models",
    "mail_admin.server.models",
    "mail_admin.usage.models",
    "mail_admin.domains.models",
    "mail_admin.limits.models",
    "mail_admin.reminders.models",
    "mail_admin.lists.models",
    "mail_admin.mailboxes.handover_models",
    "mail_admin.rate.models",
    "console.session.models",
)
for name in MODELS:
    import_module(name)  # fills the metadata


FOREIGN = re.compile(r"procrastinate_\w+|mail_admin_usage_\w+_\d{6}")
"""Tables of procrastinate come from its own schema file; partitions are made month by month."""


def is_ours(_item: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
    return not (kind == "table" and name is not None and FOREIGN.fullmatch(name))


def database_url() -> str:
    url = context.config.attributes.get("url")
    if url is None:
        from entrypoints.settings import load_settings  # noqa: PLC0415  # needs the environment

        url = load_settings().database.url.get_secret_value()
    return str(url)


engine = create_engine(database_url(), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
