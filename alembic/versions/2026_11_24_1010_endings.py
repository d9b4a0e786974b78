"""Systems hear when a custodian's right ends; what is over can be forgotten. Adds only."""

from alembic import op

revision = "0007"
down_revision = "0006"

CUSTODIANS = """
CREATE OR REPLACE FUNCTION sso_custodians_changed(accounts uuid[]) RETURNS void LANGUAGE sql AS $$
    -- all who act as these organisations: those who still may come back without a question
    UPDATE sso_participation SET ended_at = now()
        FROM sso_session
        WHERE sso_session.id = sso_participation.session_id
            AND sso_session.account_id <> sso_participation.account_id
            AND sso_participation.account_id = ANY(accounts)
            AND sso_participation.ended_at IS NULL;
    UPDATE sso_grant SET needs_check = true
        WHERE account_id = ANY(accounts) AND actor_account_id IS NOT NULL AND revoked_at IS NULL;
$$;
"""
FORMER_CUSTODIANS = """
CREATE OR REPLACE FUNCTION sso_custodians_changed(accounts uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE sso_grant SET needs_check = true
        WHERE account_id = ANY(accounts) AND actor_account_id IS NOT NULL AND revoked_at IS NULL;
$$;
"""
REFERENCES = (
    ("sso_grant", "participation_id"),
    ("sso_interaction", "session_id"),
    ("sso_device_authorization", "grant_id"),
)
"""Looked up whenever a row that they point at is deleted."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.execute(CUSTODIANS)
    for table, column in REFERENCES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column in REFERENCES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    op.execute(FORMER_CUSTODIANS)
