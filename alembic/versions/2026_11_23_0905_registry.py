"""The registry: organisations, people, accounts, addresses, imports, audit. Before deploy."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.create_table(
        "identity_directory_brake_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_directory_brake_stop")),
    )
    op.create_table(
        "identity_import_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "people",
                "requests",
                "organisations",
                "organisation_accounts",
                name="sheetkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "failed",
                "planned",
                "applied",
                "stale",
                name="planstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_import_plan")),
    )
    op.create_table(
        "identity_mail_domain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_mail_domain")),
        sa.UniqueConstraint("name", name=op.f("uq_identity_mail_domain_name")),
    )
    op.create_index(
        "uq_identity_mail_domain_default",
        "identity_mail_domain",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "identity_organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "provincial_committee",
                "department",
                "unit",
                "district_committee",
                "commune_committee",
                "public_service_unit",
                "party",
                "mass_organisation",
                "school",
                "health_station",
                "other",
                name="organisationkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("short_name", sa.String(length=100), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("mail_stem", sa.String(length=64), nullable=True),
        sa.Column("statistics_code", sa.String(length=10), nullable=True),
        sa.Column("display_order", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("projected_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("projected_dn", sa.Text(), nullable=True),
        sa.Column("projection_error", sa.Text(), nullable=True),
        sa.Column("projection_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("projection_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "parent_id IS DISTINCT FROM id", name=op.f("ck_identity_organisation_parent")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_identity_organisation_validity"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_organisation_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_organisation")),
    )
    op.create_index(
        op.f("ix_identity_organisation_parent_id"),
        "identity_organisation",
        ["parent_id"],
        unique=False,
    )
    op.create_index(
        "ix_identity_organisation_search_key",
        "identity_organisation",
        ["search_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.create_table(
        "identity_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=True),
        sa.Column("middle_name", sa.String(length=100), nullable=True),
        sa.Column("given_name", sa.String(length=100), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.String(collation="C"), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("male", "female", name="sex", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("staff_number", sa.String(length=40), nullable=True),
        sa.Column("citizen_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("citizen_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("recovery_email", sa.String(length=254), nullable=True),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(citizen_number_sealed IS NULL) = (citizen_number_index IS NULL)",
            name=op.f("ck_identity_person_citizen_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_person")),
        sa.UniqueConstraint(
            "citizen_number_index", name=op.f("uq_identity_person_citizen_number_index")
        ),
        sa.UniqueConstraint("staff_number", name=op.f("uq_identity_person_staff_number")),
    )
    op.create_index(
        "ix_identity_person_birth_date", "identity_person", ["birth_date"], unique=False
    )
    op.create_index(
        "ix_identity_person_search_key",
        "identity_person",
        ["search_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_identity_person_sort_key", "identity_person", ["sort_key", "id"], unique=False
    )
    op.create_table(
        "kernel_api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kernel_api_token_token_hash")),
    )
    op.create_table(
        "kernel_audit_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "operator",
                "machine",
                "account",
                "system",
                name="actorkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_audit_record")),
    )
    op.create_index(
        "ix_kernel_audit_record_subject", "kernel_audit_record", ["subject_id", "id"], unique=False
    )
    op.create_table(
        "identity_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "personal",
                "organisation",
                "service",
                name="accountkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "suspended",
                "closed",
                name="accountstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("projected_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("projected_dn", sa.Text(), nullable=True),
        sa.Column("projection_error", sa.Text(), nullable=True),
        sa.Column("projection_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("projection_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'personal') = (person_id IS NOT NULL)", name=op.f("ck_identity_account_person")
        ),
        sa.CheckConstraint(
            "kind <> 'organisation' OR organisation_id IS NOT NULL",
            name=op.f("ck_identity_account_organisation"),
        ),
        sa.CheckConstraint(
            "status <> 'active' OR password_hash IS NOT NULL",
            name=op.f("ck_identity_account_active"),
        ),
        sa.CheckConstraint(
            "status <> 'pending' OR password_hash IS NULL", name=op.f("ck_identity_account_pending")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_account_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity_person.id"], name=op.f("fk_identity_account_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_account")),
        sa.UniqueConstraint("login", name=op.f("uq_identity_account_login")),
    )
    op.create_index(
        op.f("ix_identity_account_organisation_id"),
        "identity_account",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        "ix_identity_account_to_project",
        "identity_account",
        ["projection_retry_at"],
        unique=False,
        postgresql_where=sa.text("revision <> projected_revision"),
    )
    op.create_index("uq_identity_account_person", "identity_account", ["person_id"], unique=True)
    op.create_table(
        "identity_address_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("domain_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum("person", "organisation", name="policysubject", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("preset", sa.String(length=40), nullable=True),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_id"],
            ["identity_mail_domain.id"],
            name=op.f("fk_identity_address_policy_domain_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_address_policy_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_address_policy")),
        sa.UniqueConstraint(
            "domain_id",
            "organisation_id",
            "subject",
            "version",
            name=op.f("uq_identity_address_policy_domain_id_organisation_id_subject_version"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_identity_address_policy_organisation_id"),
        "identity_address_policy",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "identity_agency_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("canonical", sa.String(length=35), nullable=False),
        sa.Column(
            "form",
            sa.Enum("decision_20", "qcvn_102", name="agencycodeform", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_agency_code_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_agency_code")),
        sa.UniqueConstraint("canonical", name=op.f("uq_identity_agency_code_canonical")),
    )
    op.create_index(
        op.f("ix_identity_agency_code_organisation_id"),
        "identity_agency_code",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        "uq_identity_agency_code_current",
        "identity_agency_code",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "identity_appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(length=200), nullable=True),
        sa.Column("rank", sa.String(length=100), nullable=True),
        sa.Column(
            "contract_type",
            sa.Enum(
                "civil_servant",
                "public_employee",
                "contract_111",
                "other",
                name="contracttype",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(length=100), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            where=sa.text("is_primary"),
            using="gist",
            name="ex_identity_appointment_one_primary",
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_identity_appointment_validity"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_appointment_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity_person.id"], name=op.f("fk_identity_appointment_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_appointment")),
    )
    op.create_index(
        op.f("ix_identity_appointment_organisation_id"),
        "identity_appointment",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_identity_appointment_person_id"),
        "identity_appointment",
        ["person_id"],
        unique=False,
    )
    op.create_table(
        "identity_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("own", "subtree", name="groupscope", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("projected_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("projected_dn", sa.Text(), nullable=True),
        sa.Column("projection_error", sa.Text(), nullable=True),
        sa.Column("projection_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("projection_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_group_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_group")),
        sa.UniqueConstraint(
            "organisation_id", "scope", name=op.f("uq_identity_group_organisation_id_scope")
        ),
    )
    op.create_table(
        "identity_import_row",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "accept",
                "change",
                "unchanged",
                "duplicate",
                "heading",
                "refuse",
                name="verdict",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("column", sa.String(length=60), nullable=True),
        sa.Column("message", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["identity_import_plan.id"],
            name=op.f("fk_identity_import_row_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "position", name=op.f("pk_identity_import_row")),
    )
    op.create_index(
        "ix_identity_import_row_verdict",
        "identity_import_row",
        ["plan_id", "verdict", "position"],
        unique=False,
    )
    op.create_table(
        "identity_organisation_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "provincial_committee",
                "department",
                "unit",
                "district_committee",
                "commune_committee",
                "public_service_unit",
                "party",
                "mass_organisation",
                "school",
                "health_station",
                "other",
                name="organisationkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("short_name", sa.String(length=100), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("organisation_id"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_identity_organisation_period_overlap",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_organisation_period_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["identity_organisation.id"],
            name=op.f("fk_identity_organisation_period_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_organisation_period")),
    )
    op.create_index(
        op.f("ix_identity_organisation_period_organisation_id"),
        "identity_organisation_period",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "identity_activation_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name=op.f("fk_identity_activation_code_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_activation_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_identity_activation_code_code_hash")),
    )
    op.create_index(
        op.f("ix_identity_activation_code_account_id"),
        "identity_activation_code",
        ["account_id"],
        unique=False,
    )
    op.create_table(
        "identity_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("domain_id", sa.Uuid(), nullable=False),
        sa.Column("local_part", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "primary",
                "alias",
                "retired",
                "reserved",
                name="addressrole",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("alias_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_identity_address_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["identity_mail_domain.id"], name=op.f("fk_identity_address_domain_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["identity_address_policy.id"],
            name=op.f("fk_identity_address_policy_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_address")),
        sa.UniqueConstraint(
            "domain_id", "local_part", name=op.f("uq_identity_address_domain_id_local_part")
        ),
    )
    op.create_index(
        op.f("ix_identity_address_account_id"), "identity_address", ["account_id"], unique=False
    )
    op.create_index(
        "ix_identity_address_stem",
        "identity_address",
        [sa.literal_column("rtrim(local_part, '0123456789')"), "domain_id"],
        unique=False,
    )
    op.create_index(
        "uq_identity_address_primary",
        "identity_address",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("role = 'primary'"),
    )
    op.create_table(
        "identity_custodian",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_identity_custodian_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity_person.id"], name=op.f("fk_identity_custodian_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_custodian")),
        sa.UniqueConstraint(
            "account_id",
            "person_id",
            "valid_from",
            name=op.f("uq_identity_custodian_account_id_person_id_valid_from"),
        ),
    )
    op.create_index(
        op.f("ix_identity_custodian_person_id"), "identity_custodian", ["person_id"], unique=False
    )
    op.create_table(
        "identity_mailbox",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("quota_bytes", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quota_bytes > 0", name=op.f("ck_identity_mailbox_quota")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_identity_mailbox_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_identity_mailbox")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("identity_mailbox")
    op.drop_index(op.f("ix_identity_custodian_person_id"), table_name="identity_custodian")
    op.drop_table("identity_custodian")
    op.drop_index(
        "uq_identity_address_primary",
        table_name="identity_address",
        postgresql_where=sa.text("role = 'primary'"),
    )
    op.drop_index("ix_identity_address_stem", table_name="identity_address")
    op.drop_index(op.f("ix_identity_address_account_id"), table_name="identity_address")
    op.drop_table("identity_address")
    op.drop_index(
        op.f("ix_identity_activation_code_account_id"), table_name="identity_activation_code"
    )
    op.drop_table("identity_activation_code")
    op.drop_index(
        op.f("ix_identity_organisation_period_organisation_id"),
        table_name="identity_organisation_period",
    )
    op.drop_table("identity_organisation_period")
    op.drop_index("ix_identity_import_row_verdict", table_name="identity_import_row")
    op.drop_table("identity_import_row")
    op.drop_table("identity_group")
    op.drop_index(op.f("ix_identity_appointment_person_id"), table_name="identity_appointment")
    op.drop_index(
        op.f("ix_identity_appointment_organisation_id"), table_name="identity_appointment"
    )
    op.drop_table("identity_appointment")
    op.drop_index(
        "uq_identity_agency_code_current",
        table_name="identity_agency_code",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.drop_index(
        op.f("ix_identity_agency_code_organisation_id"), table_name="identity_agency_code"
    )
    op.drop_table("identity_agency_code")
    op.drop_index(
        op.f("ix_identity_address_policy_organisation_id"), table_name="identity_address_policy"
    )
    op.drop_table("identity_address_policy")
    op.drop_index("uq_identity_account_person", table_name="identity_account")
    op.drop_index(
        "ix_identity_account_to_project",
        table_name="identity_account",
        postgresql_where=sa.text("revision <> projected_revision"),
    )
    op.drop_index(op.f("ix_identity_account_organisation_id"), table_name="identity_account")
    op.drop_table("identity_account")
    op.drop_index("ix_kernel_audit_record_subject", table_name="kernel_audit_record")
    op.drop_table("kernel_audit_record")
    op.drop_table("kernel_api_token")
    op.drop_index("ix_identity_person_sort_key", table_name="identity_person")
    op.drop_index(
        "ix_identity_person_search_key",
        table_name="identity_person",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.drop_index("ix_identity_person_birth_date", table_name="identity_person")
    op.drop_table("identity_person")
    op.drop_index(
        "ix_identity_organisation_search_key",
        table_name="identity_organisation",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_identity_organisation_parent_id"), table_name="identity_organisation")
    op.drop_table("identity_organisation")
    op.drop_index(
        "uq_identity_mail_domain_default",
        table_name="identity_mail_domain",
        postgresql_where=sa.text("is_default"),
    )
    op.drop_table("identity_mail_domain")
    op.drop_table("identity_import_plan")
    op.drop_table("identity_directory_brake_stop")
