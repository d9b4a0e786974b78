"""A logout of CAS is delivered by ticket, and refusals are counted apart. Before deploy.

One row for all tickets of a participation stopped at the first service that did not accept, and
told the others never or again and again. Each ticket has a row of its own now, and those of one
host are put off together, whatever other hosts of the same client do. Attempts in vain were
counted as refusals too, so the first answer 400 after an outage was final.
"""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"

TABLE = "sso_logout_delivery"
HOST = "coalesce(lower(substring(ticket.service FROM '//([^/?#]*)')), '')"
ENDED = f"""
CREATE OR REPLACE FUNCTION sso_participation_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sso_logout_delivery (participation_id, protocol, ticket_id, host)
        SELECT new_rows.id, told.protocol, told.ticket_id, told.host
        FROM old_rows JOIN new_rows USING (id)
        JOIN sso_client ON sso_client.id = new_rows.client_id
        CROSS JOIN LATERAL (
            SELECT 'openid', CAST(NULL AS uuid), ''
                WHERE sso_client.description ->> 'backchannel_logout_uri' IS NOT NULL
            UNION ALL (
                -- a service that sends people in circles is not told of every round
                SELECT 'cas', ticket.id, {HOST}
                    FROM sso_cas_ticket AS ticket
                    WHERE ticket.participation_id = new_rows.id AND ticket.kind = 'service'
                        AND ticket.consumed_at IS NOT NULL
                    ORDER BY ticket.issued_at DESC LIMIT 100
            )
        ) AS told(protocol, ticket_id, host)
        WHERE old_rows.ended_at IS NULL AND new_rows.ended_at IS NOT NULL;
    IF FOUND THEN
        PERFORM pg_notify('congvu_logout', '');
    END IF;
    RETURN NULL;
END $$;
"""
FORMER_ENDED = """
CREATE OR REPLACE FUNCTION sso_participation_ended() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
DIVIDED = f"""
WITH former AS (
    DELETE FROM sso_logout_delivery
    WHERE protocol = 'cas' AND delivered_at IS NULL AND given_up_at IS NULL RETURNING *
)
INSERT INTO sso_logout_delivery
    (participation_id, protocol, ticket_id, host, created_at, due_at, attempts)
    SELECT former.participation_id, 'cas', ticket.id, {HOST},
        former.created_at, former.due_at, former.attempts
    FROM former JOIN sso_cas_ticket AS ticket USING (participation_id)
    WHERE ticket.kind = 'service' AND ticket.consumed_at IS NOT NULL
"""
JOINED = """
DELETE FROM sso_logout_delivery AS one USING sso_logout_delivery AS other
    WHERE one.participation_id = other.participation_id AND one.id > other.id
        AND one.protocol = 'cas' AND one.delivered_at IS NULL AND one.given_up_at IS NULL
        AND other.protocol = 'cas' AND other.delivered_at IS NULL AND other.given_up_at IS NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.add_column(TABLE, sa.Column("ticket_id", sa.Uuid(), nullable=True))
    op.add_column(TABLE, sa.Column("host", sa.Text(), server_default="", nullable=False))
    op.add_column(TABLE, sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
    op.execute(DIVIDED)
    op.execute(ENDED)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(FORMER_ENDED)
    op.execute(JOINED)
    for column in ("refusals", "host", "ticket_id"):
        op.drop_column(TABLE, column)
