"""Tables and functions of procrastinate 3.10, as the library ships them. Before deploy."""

from procrastinate.schema import SchemaManager

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "procrastinate_events procrastinate_periodic_defers procrastinate_jobs procrastinate_workers"
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    op.execute(f"DROP TABLE {TABLES.replace(' ', ', ')} CASCADE")
    op.execute(
        """
        DO $$ DECLARE item record; BEGIN
            FOR item IN SELECT oid::regprocedure AS name FROM pg_proc
                WHERE proname LIKE 'procrastinate\\_%'
            LOOP EXECUTE 'DROP FUNCTION ' || item.name || ' CASCADE'; END LOOP;
            FOR item IN SELECT oid::regtype AS name FROM pg_type
                WHERE typname LIKE 'procrastinate\\_%'
            LOOP EXECUTE 'DROP TYPE ' || item.name || ' CASCADE'; END LOOP;
        END $$
        """
    )
    op.execute("DROP EXTENSION pg_trgm")
    op.execute("DROP EXTENSION btree_gist")
