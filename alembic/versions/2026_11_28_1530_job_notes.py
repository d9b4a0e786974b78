"""When each task last came to its end, and why jobs failed. Before deploy: only new tables."""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0026"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "kernel_task_run",
        sa.Column("task", sa.String(128), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Float()),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.String(80)),
        sa.PrimaryKeyConstraint("task", name="pk_kernel_task_run"),
    )
    op.create_table(
        "kernel_job_failure",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_kernel_job_failure"),
    )


def downgrade() -> None:
    op.drop_table("kernel_job_failure")
    op.drop_table("kernel_task_run")
