"""Kept figures of the usage rate with everything below, and where a branch ends. Before deploy.

A worker of the version before cannot keep figures in these tables; it fails until it is replaced,
and the notes of what is stale wait for the new one.
"""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0018"

ORGANISATION, FIGURE = "mail_admin_rate_organisation", "mail_admin_rate_figure"
TOTAL = "mail_admin_rate_total"
MEASURES = [
    "issued",
    "present",
    "in_service",
    "active",
    "service_days",
    "active_service_days",
    "locked",
    "on_leave",
    "never_activated",
    "polling_only",
    "weekly_active",
    "dormant_30",
    "dormant_60",
    "dormant_90",
    "nearly_full",
    "sent",
    "sent_outside",
    "delivered",
    "read",
    "moved_in",
    "moved_out",
    "moved_within",
    "officials",
    "officials_with_account",
]
LAST_PLACES = f"""
UPDATE {ORGANISATION} AS node SET last_place = coalesce(
    (SELECT min(after.place) - 1 FROM {ORGANISATION} AS after
        WHERE after.window_id = node.window_id AND after.place > node.place
            AND after.depth <= node.depth),
    (SELECT max(place) FROM {ORGANISATION} AS every WHERE every.window_id = node.window_id)
)
"""
TOTALS = f"""
INSERT INTO {TOTAL} (window_id, organisation_id, account_kind, {", ".join(MEASURES)})
SELECT above.window_id, above.organisation_id, figure.account_kind,
    {", ".join(f"sum(figure.{name})::bigint" for name in MEASURES)}
FROM {ORGANISATION} AS above
JOIN {ORGANISATION} AS below ON below.window_id = above.window_id
    AND below.place BETWEEN above.place AND above.last_place
JOIN {FIGURE} AS figure ON figure.window_id = below.window_id
    AND figure.organisation_id = below.organisation_id
GROUP BY above.window_id, above.organisation_id, figure.account_kind
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_unique_constraint(
        f"uq_{ORGANISATION}_window_id_place", ORGANISATION, ["window_id", "place"]
    )
    op.add_column(ORGANISATION, sa.Column("last_place", sa.Integer()))
    # closed months get theirs too: nobody else sees the table until all of this is committed
    op.execute(f"ALTER TABLE {ORGANISATION} DISABLE TRIGGER closed_is_kept")
    op.execute(LAST_PLACES)
    op.execute(f"ALTER TABLE {ORGANISATION} ENABLE TRIGGER closed_is_kept")
    op.alter_column(ORGANISATION, "last_place", nullable=False)
    op.create_table(
        TOTAL,
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_kind", sa.String(40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("window_id", "organisation_id", "account_kind", name=f"pk_{TOTAL}"),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["mail_admin_rate_window.id"],
            name=f"fk_{TOTAL}_window_id",
            ondelete="CASCADE",
        ),
    )
    op.execute(TOTALS)
    op.execute(
        f"CREATE TRIGGER closed_is_kept BEFORE INSERT OR UPDATE OR DELETE ON {TOTAL}"
        " FOR EACH ROW EXECUTE FUNCTION mail_admin_rate_refuse_when_closed()"
    )
    op.execute(
        f"CREATE TRIGGER closed_is_kept_whole BEFORE TRUNCATE ON {TOTAL}"
        " FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table(TOTAL)
    op.drop_column(ORGANISATION, "last_place")
    op.drop_constraint(f"uq_{ORGANISATION}_window_id_place", ORGANISATION)
