"""Notices to people, and mailboxes locked by rule. Before deploy."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
