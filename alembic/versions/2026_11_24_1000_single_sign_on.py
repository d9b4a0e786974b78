"""Clients, keys, sessions, grants and tickets of single sign-on. Before deploy: adds only."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.Text())
DOCUMENT = postgresql.JSONB(astext_type=sa.Text())

NOTICES = """
CREATE FUNCTION sso_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('congvu_sso', TG_TABLE_NAME);
    RETURN NULL;
END $$;
"""
IN_MEMORY = ("sso_client", "sso_client_secret", "sso_signing_key")

SESSIONS = """
CREATE FUNCTION sso_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sso_participation AS participation SET ended_at = new_rows.ended_at
        FROM old_rows JOIN new_rows USING (id)
        WHERE participation.session_id = new_rows.id AND participation.ended_at IS NULL
            AND old_rows.ended_at IS NULL AND new_rows.ended_at IS NOT NULL;
    UPDATE sso_grant SET revoked_at = new_rows.ended_at, revoke_reason = 'session_ended'
        FROM old_rows JOIN new_rows USING (id)
        WHERE sso_grant.session_id = new_rows.id AND sso_grant.revoked_at IS NULL
            AND old_rows.ended_at IS NULL AND new_rows.ended_at IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER UPDATE ON sso_session
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sso_session_ended();

CREATE FUNCTION sso_participation_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sso_logout_delivery (participation_id, protocol)
        SELECT new_rows.id, told.protocol FROM old_rows JOIN new_rows USING (id)
        JOIN sso_client ON sso_client.id = new_rows.client_id
        CROSS JOIN LATERAL (
            SELECT 'openid' WHERE sso_client.description ->> 'backchannel_logout_uri' IS NOT NULL
            UNION ALL SELECT 'cas' WHERE EXISTS (
                SELECT FROM sso_cas_ticket WHERE participation_id = new_rows.id
            )
        ) AS told(protocol)
        WHERE old_rows.ended_at IS NULL AND new_rows.ended_at IS NOT NULL;
    IF FOUND THEN
        PERFORM pg_notify('congvu_logout', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER participation_ended AFTER UPDATE ON sso_participation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sso_participation_ended();
"""

ACCOUNTS = """
CREATE FUNCTION sso_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER account_left AFTER UPDATE ON identity_account
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sso_account_changed();
"""

MOVES = """
CREATE FUNCTION sso_people_moved(people uuid[]) RETURNS void LANGUAGE sql AS $$
    -- what clients know of them is out of date: they sign in again, silently, or may no longer
    UPDATE sso_participation SET ended_at = now()
        FROM sso_session JOIN identity_account ON identity_account.id = sso_session.account_id
        WHERE sso_participation.session_id = sso_session.id AND sso_session.ended_at IS NULL
            AND sso_participation.ended_at IS NULL AND identity_account.person_id = ANY(people);
    UPDATE sso_grant SET needs_check = true
        FROM identity_account
        WHERE identity_account.id IN (sso_grant.account_id, sso_grant.actor_account_id)
            AND identity_account.person_id = ANY(people) AND sso_grant.revoked_at IS NULL;
$$;

CREATE FUNCTION sso_appointment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM sso_people_moved((SELECT array_agg(DISTINCT person_id) FROM old_rows));
    ELSE
        PERFORM sso_people_moved((SELECT array_agg(DISTINCT person_id) FROM new_rows));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION sso_custodians_changed(accounts uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE sso_grant SET needs_check = true
        WHERE account_id = ANY(accounts) AND actor_account_id IS NOT NULL AND revoked_at IS NULL;
$$;

CREATE FUNCTION sso_custodian_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sso_custodians_changed((SELECT array_agg(DISTINCT account_id) FROM new_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER custodian_changed AFTER UPDATE ON identity_custodian
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sso_custodian_changed();
"""
EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.create_table(
        "sso_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("description", DOCUMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("registration_token_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_sso_client_client_id")),
        sa.UniqueConstraint(
            "registration_token_hash", name=op.f("uq_sso_client_registration_token_hash")
        ),
    )
    op.create_table(
        "sso_revoked_token",
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_sso_revoked_token")),
    )
    op.create_index(
        op.f("ix_sso_revoked_token_expires_at"), "sso_revoked_token", ["expires_at"], unique=False
    )
    op.create_table(
        "sso_signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column(
            "algorithm",
            sa.Enum("ES256", "RS256", "EdDSA", name="algorithm", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", DOCUMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("signs_from", MOMENT, nullable=False),
        sa.Column("signs_until", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_sso_signing_key")),
    )
    op.create_index(
        "ix_sso_signing_key_withdrawn_at", "sso_signing_key", ["withdrawn_at"], unique=False
    )
    op.create_table(
        "sso_throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sso_throttle")),
    )
    op.create_table(
        "sso_used_identifier",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sso_used_identifier")),
    )
    op.create_index(
        op.f("ix_sso_used_identifier_expires_at"),
        "sso_used_identifier",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "sso_client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_client_secret_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_client_secret")),
    )
    op.create_index(
        op.f("ix_sso_client_secret_client_id"), "sso_client_secret", ["client_id"], unique=False
    )
    op.create_table(
        "sso_pushed_request",
        sa.Column("reference_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("consumed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_pushed_request_client_id")
        ),
        sa.PrimaryKeyConstraint("reference_hash", name=op.f("pk_sso_pushed_request")),
    )
    op.create_index(
        op.f("ix_sso_pushed_request_expires_at"), "sso_pushed_request", ["expires_at"], unique=False
    )
    op.create_table(
        "sso_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", TEXTS, nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_consent_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_consent_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_consent")),
        sa.UniqueConstraint(
            "account_id", "client_id", name=op.f("uq_sso_consent_account_id_client_id")
        ),
    )
    op.create_table(
        "sso_known_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_known_device_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_known_device")),
        sa.UniqueConstraint(
            "secret_hash", "account_id", name=op.f("uq_sso_known_device_secret_hash_account_id")
        ),
    )
    op.create_index(
        op.f("ix_sso_known_device_account_id"), "sso_known_device", ["account_id"], unique=False
    )
    op.create_table(
        "sso_mapped_username",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_mapped_username_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_mapped_username_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_mapped_username")),
        sa.UniqueConstraint(
            "client_id", "account_id", name=op.f("uq_sso_mapped_username_client_id_account_id")
        ),
        sa.UniqueConstraint(
            "client_id", "username", name=op.f("uq_sso_mapped_username_client_id_username")
        ),
    )
    op.create_table(
        "sso_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("authenticated_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("acr", sa.String(length=100), nullable=False),
        sa.Column("amr", TEXTS, nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "signed_out",
                "replaced",
                "password_changed",
                "ended_elsewhere",
                "account_not_active",
                "expired",
                "by_operator",
                name="endreason",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_session_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sso_session_secret_hash")),
    )
    op.create_index(
        "ix_sso_session_expires_at",
        "sso_session",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_sso_session_live",
        "sso_session",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sso_interaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("acting_account_id", sa.Uuid(), nullable=True),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["acting_account_id"],
            ["identity_account.id"],
            name=op.f("fk_sso_interaction_acting_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_interaction_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sso_session.id"], name=op.f("fk_sso_interaction_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_interaction")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sso_interaction_secret_hash")),
    )
    op.create_index(
        op.f("ix_sso_interaction_expires_at"), "sso_interaction", ["expires_at"], unique=False
    )
    op.create_table(
        "sso_participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_participation_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_participation_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sso_session.id"], name=op.f("fk_sso_participation_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_participation")),
    )
    op.create_index(
        op.f("ix_sso_participation_client_id"), "sso_participation", ["client_id"], unique=False
    )
    op.create_index(
        "uq_sso_participation_live",
        "sso_participation",
        ["session_id", "client_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sso_cas_ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "service",
                "proxy",
                "proxy_granting",
                name="ticketkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("proxies", TEXTS, nullable=False),
        sa.Column("with_credentials", sa.Boolean(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("consumed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["sso_participation.id"],
            name=op.f("fk_sso_cas_ticket_participation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_cas_ticket")),
    )
    op.create_index(
        op.f("ix_sso_cas_ticket_participation_id"),
        "sso_cas_ticket",
        ["participation_id"],
        unique=False,
    )
    op.create_table(
        "sso_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("scope", TEXTS, nullable=False),
        sa.Column("resources", TEXTS, nullable=False),
        sa.Column("claims", DOCUMENT, nullable=False),
        sa.Column("authenticated_at", MOMENT, nullable=False),
        sa.Column("acr", sa.String(length=100), nullable=False),
        sa.Column("amr", TEXTS, nullable=False),
        sa.Column("dpop_thumbprint", sa.String(length=64), nullable=True),
        sa.Column("certificate_thumbprint", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refreshed_at", MOMENT, nullable=True),
        sa.Column("needs_check", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoke_reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_sso_grant_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["actor_account_id"],
            ["identity_account.id"],
            name=op.f("fk_sso_grant_actor_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_grant_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["sso_participation.id"],
            name=op.f("fk_sso_grant_participation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sso_session.id"], name=op.f("fk_sso_grant_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_grant")),
    )
    op.create_index(op.f("ix_sso_grant_account_id"), "sso_grant", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_sso_grant_actor_account_id"), "sso_grant", ["actor_account_id"], unique=False
    )
    op.create_index(op.f("ix_sso_grant_client_id"), "sso_grant", ["client_id"], unique=False)
    op.create_index("ix_sso_grant_expires_at", "sso_grant", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sso_grant_session_id"), "sso_grant", ["session_id"], unique=False)
    op.create_table(
        "sso_logout_delivery",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "protocol",
            sa.Enum("openid", "cas", name="logoutprotocol", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("given_up_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["sso_participation.id"],
            name=op.f("fk_sso_logout_delivery_participation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_logout_delivery")),
    )
    op.create_index(
        "ix_sso_logout_delivery_due",
        "sso_logout_delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_index(
        op.f("ix_sso_logout_delivery_participation_id"),
        "sso_logout_delivery",
        ["participation_id"],
        unique=False,
    )
    op.create_table(
        "sso_authorization_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(length=128), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("dpop_thumbprint", sa.String(length=64), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("consumed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["sso_grant.id"], name=op.f("fk_sso_authorization_code_grant_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_sso_authorization_code")),
    )
    op.create_index(
        op.f("ix_sso_authorization_code_grant_id"),
        "sso_authorization_code",
        ["grant_id"],
        unique=False,
    )
    op.create_table(
        "sso_device_authorization",
        sa.Column("device_code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scope", TEXTS, nullable=False),
        sa.Column("resources", TEXTS, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("polled_at", MOMENT, nullable=True),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("denied_at", MOMENT, nullable=True),
        sa.Column("consumed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["sso_client.id"], name=op.f("fk_sso_device_authorization_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["sso_grant.id"], name=op.f("fk_sso_device_authorization_grant_id")
        ),
        sa.PrimaryKeyConstraint("device_code_hash", name=op.f("pk_sso_device_authorization")),
        sa.UniqueConstraint(
            "user_code_hash", name=op.f("uq_sso_device_authorization_user_code_hash")
        ),
    )
    op.create_index(
        op.f("ix_sso_device_authorization_expires_at"),
        "sso_device_authorization",
        ["expires_at"],
        unique=False,
    )
    # rotation raises a generation again and again: room on the page keeps that off the indexes
    op.execute("ALTER TABLE sso_grant SET (fillfactor = 80)")
    for part in (NOTICES, SESSIONS, ACCOUNTS, MOVES):
        op.execute(part)
    for table in IN_MEMORY:
        op.execute(
            f"CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sso_notify()"
        )
    for event, rows in EVENTS.items():
        op.execute(
            f"CREATE TRIGGER sso_{event.lower()} AFTER {event} ON identity_appointment "
            f"REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION sso_appointment_changed()"
        )


FUNCTIONS = """
    sso_notify() sso_session_ended() sso_participation_ended() sso_account_changed()
    sso_appointment_changed() sso_people_moved(uuid[]) sso_custodian_changed()
    sso_custodians_changed(uuid[])
"""
TABLES = """
    sso_device_authorization
    sso_authorization_code
    sso_logout_delivery
    sso_grant
    sso_cas_ticket
    sso_participation
    sso_interaction
    sso_session
    sso_mapped_username
    sso_known_device
    sso_consent
    sso_pushed_request
    sso_client_secret
    sso_used_identifier
    sso_throttle
    sso_signing_key
    sso_revoked_token
    sso_client
"""


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in FUNCTIONS.split():
        op.execute(f"DROP FUNCTION {function} CASCADE")  # and the triggers that call it
    for table in TABLES.split():
        op.drop_table(table)
