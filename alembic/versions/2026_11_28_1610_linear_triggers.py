"""Triggers take time in the number of rows, not in its square. Before deploy: functions only.

What had changed was found by joining the rows before with those after. The plan of such a join is
made for the first statement of a connection, mostly of one row, and kept: each row before is then
compared with each one after. 6,400 quotas took 22 s of which 21 were this, and a change of all
people did not end. Sets are told apart by sorting or hashing, whatever the plan was made for.
"""

from alembic import op

revision = "0031"
down_revision = "0030"

LINEAR = """
CREATE OR REPLACE FUNCTION identity_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_touch_accounts_of_people((
        SELECT array_agg(id) FROM (
            SELECT id, version FROM new_rows EXCEPT SELECT id, version FROM old_rows
        ) AS changed
    ));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION identity_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE people uuid[];
BEGIN
    SELECT array_agg(person_id) INTO people FROM (
        SELECT id, person_id, status = 'closed', login FROM new_rows
        EXCEPT SELECT id, person_id, status = 'closed', login FROM old_rows
    ) AS changed WHERE person_id IS NOT NULL;
    IF people IS NOT NULL THEN
        PERFORM identity_touch_groups_of_people(people);
        PERFORM identity_touch_accounts((
            SELECT array_agg(account_id) FROM identity_custodian WHERE person_id = ANY(people)
        ));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION identity_account_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed uuid[];
BEGIN
    SELECT array_agg(id) INTO changed FROM (
        SELECT id, status FROM new_rows EXCEPT SELECT id, status FROM old_rows
    ) AS statuses;
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    -- a clock that was set back must not make a period end before it began
    UPDATE identity_account_period AS period
        SET ended_at = greatest(account.status_changed_at, period.began_at)
        FROM identity_account AS account
        WHERE account.id = ANY(changed)
            AND period.account_id = account.id AND period.ended_at IS NULL;
    INSERT INTO identity_account_period (id, account_id, status, began_at)
        SELECT gen_random_uuid(), account.id, account.status,
            greatest(account.status_changed_at, (
                SELECT max(ended_at) FROM identity_account_period AS period
                WHERE period.account_id = account.id
            ))
        FROM identity_account AS account WHERE account.id = ANY(changed);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION sso_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone uuid[];
BEGIN
    SELECT array_agg(id) INTO gone FROM (
        SELECT id FROM old_rows WHERE status IN ('pending', 'active')
        INTERSECT SELECT id FROM new_rows WHERE status NOT IN ('pending', 'active')
    ) AS left_now;
    IF gone IS NOT NULL THEN
        UPDATE sso_session SET ended_at = now(), end_reason = 'account_not_active'
            WHERE account_id = ANY(gone) AND ended_at IS NULL;
        UPDATE sso_participation SET ended_at = now()
            WHERE account_id = ANY(gone) AND ended_at IS NULL;
        UPDATE sso_grant SET revoked_at = now(), revoke_reason = 'account_not_active'
            WHERE (account_id = ANY(gone) OR actor_account_id = ANY(gone)) AND revoked_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mail_admin_rate_account_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mail_admin_rate_stale (since)
        SELECT (min(created_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM (
            SELECT id, organisation_id, created_at FROM new_rows
            EXCEPT SELECT id, organisation_id, created_at FROM old_rows
        ) AS moved HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- of tables with valid_from and valid_to: from the first day on which something is different
CREATE OR REPLACE FUNCTION mail_admin_rate_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM new_rows HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM old_rows HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(day) FROM (
                SELECT CASE WHEN count(DISTINCT to_jsonb(versions) - 'valid_to') = 1
                    THEN min(valid_to) ELSE min(valid_from) END AS day
                FROM (SELECT * FROM old_rows UNION SELECT * FROM new_rows) AS versions
                GROUP BY id HAVING count(*) > 1
            ) AS changed HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mail_admin_rate_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM new_rows
            HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM old_rows
            HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(moment) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM (
                SELECT CASE WHEN count(DISTINCT (began_at, status)) = 1
                    THEN min(ended_at) ELSE min(began_at) END AS moment
                FROM (SELECT * FROM old_rows UNION SELECT * FROM new_rows) AS versions
                GROUP BY id HAVING count(*) > 1
            ) AS changed HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
"""
FORMER = """
CREATE OR REPLACE FUNCTION identity_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_touch_accounts_of_people((
        SELECT array_agg(id) FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.version <> new_rows.version
    ));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION identity_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE people uuid[];
BEGIN
    SELECT array_agg(person_id) INTO people FROM old_rows JOIN new_rows USING (id, person_id)
        WHERE (old_rows.status = 'closed') <> (new_rows.status = 'closed')
            OR old_rows.login <> new_rows.login;
    IF people IS NOT NULL THEN
        PERFORM identity_touch_groups_of_people(people);
        PERFORM identity_touch_accounts((
            SELECT array_agg(account_id) FROM identity_custodian WHERE person_id = ANY(people)
        ));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION identity_account_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM old_rows JOIN new_rows USING (id) WHERE old_rows.status <> new_rows.status
    ) THEN
        RETURN NULL;
    END IF;
    -- a clock that was set back must not make a period end before it began
    UPDATE identity_account_period AS period
        SET ended_at = greatest(new_rows.status_changed_at, period.began_at)
        FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.status <> new_rows.status
            AND period.account_id = new_rows.id AND period.ended_at IS NULL;
    INSERT INTO identity_account_period (id, account_id, status, began_at)
        SELECT gen_random_uuid(), new_rows.id, new_rows.status,
            greatest(new_rows.status_changed_at, (
                SELECT max(ended_at) FROM identity_account_period AS period
                WHERE period.account_id = new_rows.id
            ))
        FROM old_rows JOIN new_rows USING (id) WHERE old_rows.status <> new_rows.status;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION sso_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone uuid[];
BEGIN
    SELECT array_agg(id) INTO gone FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.status IN ('pending', 'active')
            AND new_rows.status NOT IN ('pending', 'active');
    IF gone IS NOT NULL THEN
        UPDATE sso_session SET ended_at = now(), end_reason = 'account_not_active'
            WHERE account_id = ANY(gone) AND ended_at IS NULL;
        UPDATE sso_participation SET ended_at = now()
            WHERE account_id = ANY(gone) AND ended_at IS NULL;
        UPDATE sso_grant SET revoked_at = now(), revoke_reason = 'account_not_active'
            WHERE (account_id = ANY(gone) OR actor_account_id = ANY(gone)) AND revoked_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mail_admin_rate_account_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mail_admin_rate_stale (since)
        SELECT (min(new_rows.created_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.organisation_id IS DISTINCT FROM new_rows.organisation_id
        HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mail_admin_rate_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM new_rows HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM old_rows HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(CASE
                WHEN to_jsonb(old_rows) - 'valid_to' = to_jsonb(new_rows) - 'valid_to'
                    THEN least(old_rows.valid_to, new_rows.valid_to)
                ELSE least(old_rows.valid_from, new_rows.valid_from)
            END)
            FROM old_rows JOIN new_rows USING (id)
            WHERE old_rows IS DISTINCT FROM new_rows
            HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mail_admin_rate_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM new_rows
            HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM old_rows
            HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(CASE
                WHEN old_rows.began_at = new_rows.began_at AND old_rows.status = new_rows.status
                    THEN least(old_rows.ended_at, new_rows.ended_at)
                ELSE least(old_rows.began_at, new_rows.began_at)
            END) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            FROM old_rows JOIN new_rows USING (id)
            WHERE old_rows IS DISTINCT FROM new_rows
            HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(LINEAR)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(FORMER)
