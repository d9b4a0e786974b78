"""Every route of the console, in the order in which requests are compared with them."""

from fastapi import APIRouter

from console.accounts.account_routes import router as account_router
from console.accounts.custodian_routes import router as custodians_router
from console.accounts.routes import router as accounts_router
from console.audit.routes import router as audit_router
from console.bulk.move_routes import router as bulk_move_router
from console.bulk.plan_routes import router as bulk_plan_router
from console.bulk.routes import router as bulk_router
from console.clients.form_routes import router as client_forms_router
from console.clients.routes import router as clients_router
from console.clients.username_end_routes import router as username_ends_router
from console.clients.username_routes import router as usernames_router
from console.directory.comparison_routes import router as comparisons_router
from console.directory.routes import router as directory_router
from console.domains.form_routes import router as domain_forms_router
from console.domains.routes import router as domains_router
from console.health.certificate_routes import router as certificates_router
from console.health.routes import router as health_router
from console.home.routes import router as home_router
from console.imports.confirm_routes import router as import_confirm_router
from console.imports.list_routes import router as import_list_router
from console.imports.plan_routes import router as import_plan_router
from console.imports.progress_routes import router as import_progress_router
from console.imports.upload_routes import router as import_upload_router
from console.jobs.routes import router as jobs_router
from console.keys.routes import router as keys_router
from console.me.routes import router as me_router
from console.organisations.form_routes import router as organisation_forms_router
from console.organisations.routes import router as organisations_router
from console.people.add_routes import router as adding_router
from console.people.change_routes import router as changing_router
from console.people.person_routes import router as person_router
from console.people.post_routes import router as posts_router
from console.people.routes import router as people_router
from console.roles.routes import router as roles_router
from console.session.routes import router as session_router
from console.settings.routes import router as settings_router
from console.usage.files import router as usage_files_router
from console.usage.mailboxes import router as usage_mailboxes_router
from console.usage.notices import router as usage_notices_router
from console.usage.reasons import router as usage_reasons_router
from console.usage.routes import router as usage_router

ROUTERS: tuple[APIRouter, ...] = (
    session_router,
    home_router,
    me_router,
    organisation_forms_router,
    organisations_router,
    people_router,
    adding_router,
    changing_router,
    posts_router,
    clients_router,
    client_forms_router,
    usernames_router,
    username_ends_router,
    keys_router,
    directory_router,
    comparisons_router,
    domain_forms_router,
    domains_router,
    jobs_router,
    health_router,
    certificates_router,
    settings_router,
    audit_router,
    roles_router,
    bulk_router,
    bulk_move_router,
    bulk_plan_router,
    accounts_router,
    custodians_router,
    account_router,
    usage_router,
    usage_mailboxes_router,
    usage_files_router,
    usage_notices_router,
    usage_reasons_router,
    person_router,
    import_list_router,
    import_plan_router,
    import_confirm_router,
    import_progress_router,
)
UPLOADS: tuple[APIRouter, ...] = (import_upload_router,)
"""Those that take files, with a limit of their own; compared before the others."""
