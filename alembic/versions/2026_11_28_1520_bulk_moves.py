"""Plans that move people, fail or are given up; kept corrections. Before deploy: only adds."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0026"
down_revision = "0024"

PLAN, ROW = "identity_bulk_plan", "identity_bulk_row"
OF_PLAN = (
    ("organisation_id", sa.Uuid()),
    ("position", sa.String(200)),
    ("moves_on", sa.Date()),
    ("confirmed_at", sa.DateTime(timezone=True)),
    ("confirmed_by", sa.Text()),
    ("failure", postgresql.JSONB()),
    ("given_up_at", sa.DateTime(timezone=True)),
    ("given_up_by", sa.Text()),
)
OF_ROW = (
    ("appointment_before", sa.Uuid()),
    ("ended_before", sa.Date()),
    ("appointment_after", sa.Uuid()),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(PLAN, sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    for name, kind in OF_PLAN:
        op.add_column(PLAN, sa.Column(name, kind))
    op.create_foreign_key(
        "fk_identity_bulk_plan_organisation_id",
        PLAN,
        "identity_organisation",
        ["organisation_id"],
        ["id"],
    )
    for name, kind in OF_ROW:
        op.add_column(ROW, sa.Column(name, kind))
    op.add_column("identity_import_plan", sa.Column("draft_sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("identity_import_plan", "draft_sealed")
    for name, _ in OF_ROW:
        op.drop_column(ROW, name)
    op.drop_constraint("fk_identity_bulk_plan_organisation_id", PLAN, type_="foreignkey")
    for name, _ in (*OF_PLAN, ("revision", None)):
        op.drop_column(PLAN, name)
