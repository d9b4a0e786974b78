"""Closed months and kept figures of the usage rate. Before deploy."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
