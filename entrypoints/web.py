"""The HTTP server: one application over the services, errors as problem+json."""

import asyncio
import contextlib
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE

import theme.pages
from console.pages import STATIC as CONSOLE_STATIC
from console.pages import WEB
from console.routers import ROUTERS as CONSOLE
from console.routers import UPLOADS as CONSOLE_UPLOADS
from console.usage.kept import KeptReadings
from entrypoints.exit_code import exit_code
from entrypoints.gathered_writes import GatheringProtocol
from entrypoints.health import examiner, versions
from entrypoints.http_errors import answer_errors
from entrypoints.settings import WebSettings, load_settings
from entrypoints.settings_in_force import settings_in_force
from entrypoints.telemetry import LastHand, Telemetry, TelemetryMiddleware
from entrypoints.trusted_proxies import behind_proxies
from entrypoints.web_processes import Family, inherited
from entrypoints.wiring import Services
from identity.accounts.routes import activation_router
from identity.accounts.routes import router as accounts_router
from identity.directory.pending import count_pending
from identity.directory.routes import router as directory_router
from identity.hr_import.routes import router as imports_router
from identity.organisations.routes import router as organisations_router
from identity.people.routes import router as people_router
from kernel.database import DatabaseUnavailable
from kernel.http import ANY_ROUTE
from kernel.logs import configure_logs
from mail_admin.lists.routes import router as lists_router
from mail_admin.mailboxes.routes import router as mailbox_handovers_router
from mail_admin.rate.gauges import UsageGauges
from mail_admin.rate.routes import router as usage_rate_router
from mail_admin.reminders.gauges import ActingGauges
from mail_admin.reminders.routes import router as reminders_router
from mail_admin.usage.assembly import configured_logs
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.gauges import LogGauges
from mail_admin.usage.routes import LARGEST_REPORT_BYTES
from mail_admin.usage.routes import router as usage_router
from sso.account.action_routes import router as account_action_router
from sso.account.appearance_routes import router as appearance_router
from sso.account.password_routes import router as account_password_router
from sso.account.routes import router as account_page_router
from sso.cas.routes import router as cas_router
from sso.clients.routes import router as clients_router
from sso.keys.routes import router as signing_keys_router
from sso.login.activation_routes import router as activation_page_router
from sso.login.authorize_routes import router as authorize_router
from sso.login.decision_routes import router as decision_router
from sso.login.device_routes import router as device_router
from sso.login.pages import STATIC as LOGIN_STATIC
from sso.login.password_routes import router as password_router
from sso.login.reset_routes import router as reset_page_router
from sso.login.sign_in_routes import router as sign_in_router
from sso.logout.deliveries import count_undelivered
from sso.logout.routes import router as logout_router
from sso.protocol.back_channel import BackChannel
from sso.protocol.forward_auth_routes import router as forward_auth_router
from sso.protocol.registration_routes import router as registration_router
from theme.assets import Assets
from theme.pages import Support

API = "/api/v1"
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while another one waits for it.

A sign-in changes hands some thirty times between the loop, the threads and the hash: a tenth more
of them in a second than with the usual 5 ms.
"""
BETWEEN_COLLECTIONS = (700, 10, 100)
"""Python's own are 700, 10 and 10: its look through everything that lives longer, 10 to 40 ms, came
every twenty pages; with this it does every few hundred.
"""
LARGEST_BODY_BYTES = 256 * 1024
"""Of forms and of JSON: without a limit strangers fill the memory. Files have one of their own."""
ROUTERS = (
    organisations_router,
    people_router,
    accounts_router,
    activation_router,
    directory_router,
    clients_router,
    signing_keys_router,
    lists_router,
    mailbox_handovers_router,
    usage_rate_router,
    reminders_router,
)

PAGES = (
    sign_in_router,
    authorize_router,
    account_page_router,
    account_action_router,
    account_password_router,
    appearance_router,
    activation_page_router,
    password_router,
    reset_page_router,
    decision_router,
    cas_router,
    device_router,
    logout_router,
    registration_router,
    forward_auth_router,
)


@asynccontextmanager
async def lifespan(services: Services, _: FastAPI) -> AsyncIterator[None]:
    with suppress(DatabaseUnavailable):  # then the first requests load, or say that they cannot
        await services.sign_on.clients.get_async()
        await services.sign_on.keys.get_async()
    yield
    await services.async_database.close()  # on the loop that its connections belong to
    await asyncio.to_thread(services.close)


def create_app(services: Services) -> FastAPI:
    app = FastAPI(
        title="Công Vụ",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # would lead to the host that the request names
        max_body_size=LARGEST_BODY_BYTES,
        lifespan=partial(lifespan, services),
    )
    _hand_over(app, services)
    api = APIRouter(prefix=API, responses=ANY_ROUTE)
    for router in ROUTERS:
        api.include_router(router)
    most = services.settings.imports.max_file_bytes
    api.include_router(imports_router, max_body_size=most + LARGEST_BODY_BYTES)
    api.include_router(usage_router, max_body_size=LARGEST_REPORT_BYTES)
    for router in CONSOLE_UPLOADS:
        app.include_router(router, max_body_size=most + LARGEST_BODY_BYTES)
    for router in (*PAGES, api, *CONSOLE):  # each request is compared with one after the other
        app.include_router(router)
    folders = {
        "theme": theme.pages.STATIC,
        "login": LOGIN_STATIC,
        "console": CONSOLE_STATIC,
        "web": WEB,
    }
    for name, folder in folders.items():
        app.mount(f"/static/{name}", Assets(directory=folder))
    telemetry = app.state.telemetry = Telemetry()
    services.spool.report_to(telemetry.spooled.set)
    app.include_router(probes(services, telemetry))
    app.state.sign_on = services.sign_on
    app.add_middleware(LastHand)
    answer_errors(app)
    return app


def _hand_over(app: FastAPI, services: Services) -> None:
    """What routes find in the state of the application."""
    app.state.database = services.database
    app.state.clock = services.clock
    app.state.citizen_numbers = services.citizen_numbers
    app.state.passwords = services.passwords
    app.state.mailboxes = services.settings.mailboxes
    app.state.place_name = services.settings.reports.place_name
    app.state.resets = services.settings.passwords.reset
    app.state.importer = services.importer
    app.state.bulk_jobs = services.bulk_jobs
    app.state.domains = services.settings.domains
    app.state.keys = services.keys
    app.state.directory_jobs = services.directory_jobs
    app.state.health = examiner(services)
    app.state.versions = versions()
    app.state.settings_in_force = settings_in_force(services.settings, os.environ)
    app.state.tasks = services.every_task()
    app.state.import_jobs = services.import_jobs
    app.state.async_database = services.async_database
    app.state.handover = services.handover
    app.state.password_jobs = services.password_jobs
    app.state.reports = services.settings.reports
    app.state.usage_rate = services.settings.usage_rate
    app.state.usage_readings = KeptReadings()
    app.state.reminders = services.reminders
    app.state.usage_counting = services.usage_counting
    app.state.usage_reader = DovecotReader(services.settings.usage)
    handover = services.settings.handover
    app.state.support = Support(handover.issuing_office, handover.contact)


def fronted(app: FastAPI, services: Services) -> ASGIApp:
    """With what programs ask in front of the framework, whose layers cost them 8 µs each time."""
    sign_on = services.sign_on
    back_channel = BackChannel(
        app,
        routes=sign_on.back_channel_routes,
        issuer=sign_on.issuer,
        keys=sign_on.keys.get,
        clients=sign_on.clients.get,
        jwks_cache_seconds=sign_on.settings.jwks_cache_seconds,
        certificates=services.settings.web.client_certificates,
    )
    app.state.provider = back_channel  # the console signs people in by it, like any other system
    return TelemetryMiddleware(back_channel, telemetry=app.state.telemetry)


def probes(services: Services, telemetry: Telemetry) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    usage, acting = UsageGauges(telemetry.registry), ActingGauges(telemetry.registry)
    logs = LogGauges(telemetry.registry)
    followed = configured_logs(services.settings.usage)

    @router.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    def ready(response: Response) -> dict[str, Any]:
        parts = {"database": services.database_answers(), "directory": services.directory_answers()}
        response.status_code = 200 if all(parts.values()) else 503
        return {"status": "ready" if all(parts.values()) else "not ready", **parts}

    @router.get("/metrics")
    def metrics() -> Response:
        with services.database.transaction() as session:
            telemetry.pending.set(count_pending(session))
            telemetry.undelivered_logouts.set(count_undelivered(session))
            usage.read(session, services.clock())
            acting.read(session)
            logs.read(session, followed, services.clock())
        return Response(telemetry.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router


def build() -> ASGIApp:
    """For servers that want to be told where to find the application."""
    settings = load_settings()
    configure_logs(settings.log)
    services = Services(settings)
    built = fronted(create_app(services), services)
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # what was built stays: looking through it again took half of a busy loop's time
    gc.set_threshold(*BETWEEN_COLLECTIONS)
    return built


def configured(build: Callable[[], ASGIApp], settings: WebSettings) -> uvicorn.Config:
    return uvicorn.Config(
        lambda: behind_proxies(build(), settings),
        factory=True,
        http=GatheringProtocol,
        host=settings.host,
        port=settings.port,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # behind_proxies sees to them
        timeout_graceful_shutdown=10,
    )


def serve(settings: WebSettings, sockets: list[socket.socket] | None = None) -> int:
    """Exit code."""
    server = uvicorn.Server(configured(build, settings))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets)
    return 0 if server.started else STARTUP_FAILURE


def main() -> int:
    settings = load_settings()
    configure_logs(settings.log)
    web, descriptors = settings.web, sys.argv[1:]
    if descriptors:
        return serve(web, inherited(descriptors))
    if web.processes == 1:
        return serve(web)
    return Family("entrypoints.web", os.environ).run(web.processes, web.host, web.port)


if __name__ == "__main__":
    sys.exit(exit_code(main))
