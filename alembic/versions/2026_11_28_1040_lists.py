"""Distribution lists and hand-overs of organisation accounts. Before deploy.

The address of a list is a row of the ledger like any other, held by a group instead of an account.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0015"
down_revision = "0014"

TRIGGERS = """
CREATE FUNCTION identity_list_address_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE groups uuid[] := (
    SELECT array_agg(DISTINCT group_id) FROM new_rows WHERE group_id IS NOT NULL
);
BEGIN
    IF groups IS NOT NULL THEN
        UPDATE identity_group SET revision = revision + 1, projection_attempts = 0,
            projection_retry_at = NULL
        WHERE id IN (
            SELECT id FROM identity_group WHERE id = ANY(groups) ORDER BY id FOR NO KEY UPDATE
        );
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER list_address_added AFTER INSERT ON identity_address
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_list_address_changed();
CREATE TRIGGER list_address_changed AFTER UPDATE ON identity_address
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_list_address_changed();
DROP TRIGGER holder_is_kept ON identity_address;
CREATE TRIGGER holder_is_kept BEFORE UPDATE ON identity_address FOR EACH ROW
    WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id
        OR OLD.group_id IS DISTINCT FROM NEW.group_id
        OR OLD.local_part <> NEW.local_part OR OLD.domain_id <> NEW.domain_id)
    EXECUTE FUNCTION kernel_refuse_change();
"""

BACK = """
DROP TRIGGER holder_is_kept ON identity_address;
CREATE TRIGGER holder_is_kept BEFORE UPDATE ON identity_address FOR EACH ROW
    WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id
        OR OLD.local_part <> NEW.local_part OR OLD.domain_id <> NEW.domain_id)
    EXECUTE FUNCTION kernel_refuse_change();
DROP TRIGGER list_address_changed ON identity_address;
DROP TRIGGER list_address_added ON identity_address;
DROP FUNCTION identity_list_address_changed();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("identity_address", sa.Column("group_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_identity_address_group_id", "identity_address", "identity_group", ["group_id"], ["id"]
    )
    op.create_index("ix_identity_address_group_id", "identity_address", ["group_id"])
    op.create_check_constraint(
        op.f("ck_identity_address_holder"),
        "identity_address",
        "(account_id IS NULL OR group_id IS NULL)"
        " AND (group_id IS NULL OR role IN ('list', 'retired'))"
        " AND (role <> 'list' OR group_id IS NOT NULL)",
    )
    op.execute(TRIGGERS)
    op.create_table(
        "mail_admin_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("senders", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_list"),
        sa.ForeignKeyConstraint(
            ["address_id"], ["identity_address.id"], name="fk_mail_admin_list_address_id"
        ),
        sa.UniqueConstraint("address_id", name="uq_mail_admin_list_address_id"),
    )
    op.create_table(
        "mail_admin_list_sender",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "account_id", name="pk_mail_admin_list_sender"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mail_admin_list.id"], name="fk_mail_admin_list_sender_list_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_mail_admin_list_sender_account_id"
        ),
    )
    op.create_table(
        "mail_admin_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("protocol", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_handover"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_mail_admin_handover_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["identity_person.id"], name="fk_mail_admin_handover_receiver_id"
        ),
    )
    op.create_index("ix_mail_admin_handover_account_id", "mail_admin_handover", ["account_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("handover", "list_sender", "list"):
        op.drop_table(f"mail_admin_{table}")
    op.execute(BACK)
    # the ledger outlives what made it: an address of a list is kept, set aside for good
    op.drop_constraint(op.f("ck_identity_address_holder"), "identity_address")
    op.execute("UPDATE identity_address SET role = 'reserved' WHERE group_id IS NOT NULL")
    op.drop_index("ix_identity_address_group_id", "identity_address")
    op.drop_constraint("fk_identity_address_group_id", "identity_address")
    op.drop_column("identity_address", "group_id")
