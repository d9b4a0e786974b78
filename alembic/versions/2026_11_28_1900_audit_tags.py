"""What happens seldom is found in the audit trail by its tag. Before deploy: an index.

It leaves out what sign-ins and tokens write, nearly all of the trail: those records stay as cheap
as they were, and one of them is found at once from the end.
"""

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"
NAME = "ix_kernel_audit_record_tag"
OFTEN = (
    "sign-on:client-entered",
    "sign-on:refused",
    "sign-on:signed-in",
    "sign-on:signed-out",
    "token:issued",
    "token:refreshed",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        NAME,
        "kernel_audit_record",
        ["tag", "at", "id"],
        postgresql_where=sa.text(f"tag NOT IN {OFTEN}"),
    )


def downgrade() -> None:
    op.drop_index(NAME, "kernel_audit_record")
