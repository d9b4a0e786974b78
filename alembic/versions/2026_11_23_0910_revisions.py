"""Triggers that raise revisions, keep the ledger and protect the audit trail. Before deploy.

Whatever changes what an LDAP entry shows raises the entry's revision in the same transaction,
whoever makes the change and by whatever path (docs/decisions/0002-revisions-by-trigger.md). Rows
are touched in the order of their ids, so that two transactions cannot wait for each other.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

RAISE_OWN_REVISION = """
CREATE FUNCTION identity_raise_own_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    NEW.projection_attempts := 0;
    NEW.projection_retry_at := NULL;
    RETURN NEW;
END $$;

CREATE TRIGGER raise_own_revision BEFORE UPDATE OF
    kind, login, display_name, status, person_id, organisation_id, purpose, password_hash
    ON identity_account FOR EACH ROW EXECUTE FUNCTION identity_raise_own_revision();
CREATE TRIGGER raise_own_revision BEFORE UPDATE OF
    parent_id, kind, name, short_name, mail_stem, valid_from, valid_to
    ON identity_organisation FOR EACH ROW EXECUTE FUNCTION identity_raise_own_revision();
"""

TOUCH = """
CREATE FUNCTION identity_touch_accounts(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE identity_account SET revision = revision + 1, projection_attempts = 0,
        projection_retry_at = NULL
    WHERE id IN (
        SELECT id FROM identity_account WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE
    );
$$;

CREATE FUNCTION identity_touch_accounts_of_people(people uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT identity_touch_accounts(array_agg(id)) FROM (
        SELECT id FROM identity_account WHERE person_id = ANY(people)
        UNION SELECT account_id FROM identity_custodian WHERE person_id = ANY(people)
    ) AS affected(id);
$$;

CREATE FUNCTION identity_touch_organisations(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE identity_organisation SET revision = revision + 1, projection_attempts = 0,
        projection_retry_at = NULL
    WHERE id IN (
        SELECT id FROM identity_organisation WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE
    );
$$;

CREATE FUNCTION identity_with_ancestors(ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line(id) AS (
        SELECT unnest(ids)
        UNION SELECT parent_id FROM identity_organisation JOIN line USING (id)
        WHERE parent_id IS NOT NULL
    ) SELECT id FROM line;
$$;

CREATE FUNCTION identity_touch_groups(organisations uuid[]) RETURNS void LANGUAGE sql AS $$
    -- Moving somebody touches two lines in two statements, another move the same lines the other
    -- way round. Nearly all meet in the root's group anyway, so queueing here costs nothing.
    SELECT pg_advisory_xact_lock(hashtext('identity_group'));
    UPDATE identity_group SET revision = revision + 1, projection_attempts = 0,
        projection_retry_at = NULL
    WHERE id IN (
        SELECT id FROM identity_group
        WHERE organisation_id = ANY(organisations) OR (
            scope = 'subtree'
            AND organisation_id IN (SELECT identity_with_ancestors(organisations))
        )
        ORDER BY id FOR NO KEY UPDATE
    );
$$;

CREATE FUNCTION identity_touch_groups_of_people(people uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT identity_touch_groups(array_agg(DISTINCT organisation_id))
    FROM identity_appointment WHERE person_id = ANY(people);
$$;

CREATE FUNCTION identity_touch_accounts_of_organisations(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT identity_touch_accounts(array_agg(id)) FROM (
        SELECT id FROM identity_account WHERE organisation_id = ANY(ids)
        UNION SELECT account.id FROM identity_account AS account
        JOIN identity_appointment AS appointment USING (person_id)
        WHERE appointment.organisation_id = ANY(ids) AND appointment.is_primary
    ) AS affected(id);
$$;
"""

PEOPLE = """
CREATE FUNCTION identity_person_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
-- sealing the citizen number with another key is no change of the person
CREATE TRIGGER raise_version BEFORE UPDATE OF version, full_name, family_name, middle_name,
    given_name, sex, birth_date, staff_number, citizen_number_index, phone, recovery_email, hidden
    ON identity_person
    FOR EACH ROW EXECUTE FUNCTION identity_person_before();

CREATE FUNCTION identity_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_touch_accounts_of_people((
        SELECT array_agg(id) FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.version <> new_rows.version
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER person_changed AFTER UPDATE ON identity_person
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_person_changed();

CREATE FUNCTION identity_appointment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE people uuid[]; organisations uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT person_id), array_agg(DISTINCT organisation_id)
            INTO people, organisations FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT person_id), array_agg(DISTINCT organisation_id)
            INTO people, organisations FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT person_id), array_agg(DISTINCT organisation_id)
            INTO people, organisations
            FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) AS both_rows;
    END IF;
    -- raises the version, and by person_changed touches the accounts
    UPDATE identity_person SET version = version WHERE id IN (
        SELECT id FROM identity_person WHERE id = ANY(people) ORDER BY id FOR NO KEY UPDATE
    ) AND TG_OP <> 'INSERT' OR id IN (
        -- people of this very transaction have no account yet: importing stays cheap
        SELECT person_id FROM identity_account WHERE person_id = ANY(people)
    );
    PERFORM identity_touch_groups(organisations);
    RETURN NULL;
END $$;
CREATE TRIGGER appointment_added AFTER INSERT ON identity_appointment
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_appointment_changed();
CREATE TRIGGER appointment_changed AFTER UPDATE ON identity_appointment
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_appointment_changed();
CREATE TRIGGER appointment_removed AFTER DELETE ON identity_appointment
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_appointment_changed();
"""

ACCOUNTS = """
CREATE FUNCTION identity_account_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_touch_groups_of_people((SELECT array_agg(person_id) FROM new_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER account_added AFTER INSERT ON identity_account
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_account_added();

CREATE FUNCTION identity_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER account_changed AFTER UPDATE ON identity_account
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_account_changed();

CREATE FUNCTION identity_account_detail_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE accounts uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT account_id) INTO accounts FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT account_id) INTO accounts FROM new_rows;
    END IF;
    -- an account of this very transaction is written as a whole anyway; an older one may have
    -- been read by the reconciler just before this change
    SELECT array_agg(id) INTO accounts FROM identity_account
        WHERE id = ANY(accounts)
            AND (projected_revision > 0 OR xmin <> pg_current_xact_id()::xid);
    IF accounts IS NOT NULL THEN
        PERFORM identity_touch_accounts(accounts);
    END IF;
    RETURN NULL;
END $$;
"""

DETAIL_TABLES = ("identity_address", "identity_mailbox", "identity_custodian")

ORGANISATIONS = """
CREATE FUNCTION identity_organisation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE renamed uuid[]; ended uuid[]; moved uuid[];
BEGIN
    SELECT array_agg(id) INTO renamed FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.name <> new_rows.name;
    IF renamed IS NOT NULL THEN
        PERFORM identity_touch_accounts_of_organisations(renamed);
        PERFORM identity_touch_groups(renamed);
    END IF;
    SELECT array_agg(id) INTO ended FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.valid_to IS DISTINCT FROM new_rows.valid_to;
    IF ended IS NOT NULL THEN
        PERFORM identity_touch_groups(ended);
    END IF;
    SELECT array_agg(parent) INTO moved FROM (
        SELECT unnest(ARRAY[old_rows.parent_id, new_rows.parent_id])
        FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.parent_id IS DISTINCT FROM new_rows.parent_id
    ) AS parents(parent) WHERE parent IS NOT NULL;
    IF moved IS NOT NULL THEN
        PERFORM identity_touch_groups(moved);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_changed AFTER UPDATE ON identity_organisation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_organisation_changed();

CREATE FUNCTION identity_agency_code_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE organisations uuid[] := (SELECT array_agg(DISTINCT organisation_id) FROM new_rows);
BEGIN
    PERFORM identity_touch_organisations(organisations);
    PERFORM identity_touch_accounts_of_organisations(organisations);
    PERFORM identity_touch_groups(organisations);
    RETURN NULL;
END $$;
CREATE TRIGGER agency_code_added AFTER INSERT ON identity_agency_code
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_agency_code_changed();
CREATE TRIGGER agency_code_changed AFTER UPDATE ON identity_agency_code
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_agency_code_changed();
"""

NOTIFY = """
CREATE FUNCTION identity_notify_reconciler() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows WHERE revision <> projected_revision) THEN
        PERFORM pg_notify('congvu_directory', '');
    END IF;
    RETURN NULL;
END $$;
"""

PROTECT = """
CREATE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are kept as they were written',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kernel_audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON identity_address
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON identity_agency_code
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER holder_is_kept BEFORE UPDATE ON identity_address FOR EACH ROW
    WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id
        OR OLD.local_part <> NEW.local_part OR OLD.domain_id <> NEW.domain_id)
    EXECUTE FUNCTION kernel_refuse_change();
"""

PROJECTED_TABLES = ("identity_organisation", "identity_account", "identity_group")
EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    for part in (RAISE_OWN_REVISION, TOUCH, PEOPLE, ACCOUNTS, ORGANISATIONS, NOTIFY, PROTECT):
        op.execute(part)
    for table in DETAIL_TABLES:
        for event, rows in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER detail_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} "
                "FOR EACH STATEMENT EXECUTE FUNCTION identity_account_detail_changed()"
            )
    for table in PROJECTED_TABLES:
        for event in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER notify_{event.lower()} AFTER {event} ON {table} "
                "REFERENCING NEW TABLE AS new_rows "
                "FOR EACH STATEMENT EXECUTE FUNCTION identity_notify_reconciler()"
            )


FUNCTIONS = """
    kernel_refuse_change() identity_notify_reconciler() identity_agency_code_changed()
    identity_organisation_changed() identity_account_detail_changed() identity_account_changed()
    identity_account_added() identity_appointment_changed() identity_person_changed()
    identity_person_before() identity_touch_accounts_of_organisations(uuid[])
    identity_touch_groups_of_people(uuid[]) identity_touch_groups(uuid[])
    identity_with_ancestors(uuid[]) identity_touch_organisations(uuid[])
    identity_touch_accounts_of_people(uuid[]) identity_touch_accounts(uuid[])
    identity_raise_own_revision()
"""


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in FUNCTIONS.split():
        op.execute(f"DROP FUNCTION {function} CASCADE")  # and the triggers that call it
