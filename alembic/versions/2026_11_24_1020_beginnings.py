"""What begins while its session ends has ended too, however close it was. Adds only.

A sign-in reads that the session is live and writes what rests on it a moment later; somebody may
end the session, or suspend the account, in between. Both now take turns at the session's row (at
the account's, where there is no session): whoever ends it waits for what has begun, and finds it;
whoever begins after the end writes what has ended already.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

PARTICIPATIONS = """
CREATE FUNCTION sso_participation_begins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner uuid;
BEGIN
    SELECT account_id INTO owner FROM sso_session WHERE id = NEW.session_id;
    -- the account before the session, like whoever suspends it: or each waits for the other
    PERFORM FROM identity_account WHERE id = owner FOR KEY SHARE;
    PERFORM FROM sso_session WHERE id = NEW.session_id AND ended_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        NEW.ended_at := now();
    ELSIF owner <> NEW.account_id THEN
        PERFORM FROM identity_account
            WHERE id = NEW.account_id AND status IN ('pending', 'active') FOR SHARE;
        IF NOT FOUND THEN
            NEW.ended_at := now();
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER participation_begins BEFORE INSERT ON sso_participation
    FOR EACH ROW EXECUTE FUNCTION sso_participation_begins();
"""
GRANTS = """
CREATE FUNCTION sso_grant_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.participation_id IS NOT NULL THEN
        PERFORM FROM sso_participation
            WHERE id = NEW.participation_id AND ended_at IS NULL FOR SHARE;
        IF NOT FOUND THEN
            NEW.revoked_at := now();
            NEW.revoke_reason := 'session_ended';
        END IF;
    ELSE
        PERFORM FROM identity_account
            WHERE id IN (NEW.account_id, NEW.actor_account_id) ORDER BY id FOR SHARE;
        IF EXISTS (
            SELECT FROM identity_account WHERE id IN (NEW.account_id, NEW.actor_account_id)
                AND status NOT IN ('pending', 'active')
        ) THEN
            NEW.revoked_at := now();
            NEW.revoke_reason := 'account_not_active';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_begins BEFORE INSERT ON sso_grant
    FOR EACH ROW EXECUTE FUNCTION sso_grant_begins();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.execute(PARTICIPATIONS)
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in ("sso_participation_begins", "sso_grant_begins"):
        op.execute(f"DROP FUNCTION {function} CASCADE")  # and the trigger that calls it
