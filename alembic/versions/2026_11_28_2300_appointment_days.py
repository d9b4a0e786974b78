"""Who is where on a day is told by indexes alone. Before deploy: indexes in place of narrower ones.

Who is appointed nowhere was found by reading the whole table, and so was how many are in each
organisation of a province.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
TABLE = "identity_appointment"
PERSON = "ix_identity_appointment_person_id"
ORGANISATION = "ix_identity_appointment_organisation_id"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in (PERSON, ORGANISATION):
        op.drop_index(name, TABLE)
    days = ["valid_from", "valid_to"]
    op.create_index(PERSON, TABLE, ["person_id"], postgresql_include=days)
    op.create_index(
        ORGANISATION,
        TABLE,
        ["organisation_id"],
        postgresql_include=["person_id", "is_primary", *days],
    )


def downgrade() -> None:
    for name, column in ((PERSON, "person_id"), (ORGANISATION, "organisation_id")):
        op.drop_index(name, TABLE)
        op.create_index(name, TABLE, [column])
