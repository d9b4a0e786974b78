"""Comparisons of the directory with the registry, and their findings. Before deploy: new tables."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0024"
down_revision = "0023"
COMPARISON, DIFFERENCE = "identity_directory_comparison", "identity_directory_difference"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        COMPARISON,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(40)),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(60)),
        sa.PrimaryKeyConstraint("id", name=f"pk_{COMPARISON}"),
    )
    op.create_index(f"ix_{COMPARISON}_asked_at", COMPARISON, ["asked_at"])
    op.create_table(
        DIFFERENCE,
        sa.Column("comparison_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dn", sa.Text(), nullable=False),
        sa.Column("attributes", JSONB(), nullable=False),
        sa.Column("row_kind", sa.String(40)),
        sa.Column("row_id", sa.Uuid()),
        sa.Column("repair_asked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("comparison_id", "position", name=f"pk_{DIFFERENCE}"),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            [f"{COMPARISON}.id"],
            name=f"fk_{DIFFERENCE}_comparison_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(f"ix_{DIFFERENCE}_kind", DIFFERENCE, ["comparison_id", "kind", "position"])


def downgrade() -> None:
    op.drop_table(DIFFERENCE)
    op.drop_table(COMPARISON)
