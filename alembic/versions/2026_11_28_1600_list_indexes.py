"""Lists are searched by what logins, staff numbers and addresses begin with. Before deploy.

Only indexes. The unique ones of these columns are in the order of the database's collation, which
LIKE cannot use unless that is C: a beginning was looked for in 100,000 rows. Lists by status and
the counts of the first page read an index instead of all accounts.
"""

from alembic import op

revision = "0030"
down_revision = "0025"
BEGINNINGS = {
    "ix_identity_account_login_begins": ("identity_account", "login"),
    "ix_identity_person_staff_number_begins": ("identity_person", "staff_number"),
    "ix_identity_address_local_part_begins": ("identity_address", "local_part"),
}
STATUS = "ix_identity_account_status"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (table, column) in BEGINNINGS.items():
        op.create_index(name, table, [column], postgresql_ops={column: "text_pattern_ops"})
    op.create_index(STATUS, "identity_account", ["status", "kind", "created_at"])


def downgrade() -> None:
    op.drop_index(STATUS, "identity_account")
    for name, (table, _) in BEGINNINGS.items():
        op.drop_index(name, table)
