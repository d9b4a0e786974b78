"""Distribution lists and hand-overs of organisation accounts. Before deploy."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
