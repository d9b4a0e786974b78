"""The HTTP server: one application over the services, errors as problem+json."""

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

import theme.pages
from entrypoints.settings import load_settings
from entrypoints.wiring import Services
from identity.accounts.routes import activation_router
from identity.accounts.routes import router as accounts_router
from identity.directory.pending import count_pending
from identity.directory.routes import router as directory_router
from identity.hr_import.routes import router as imports_router
from identity.organisations.routes import router as organisations_router
from identity.people.routes import router as people_router
from kernel.database import DatabaseUnavailable
from kernel.errors import DomainError
from kernel.http import ANY_ROUTE, Problem, problem_response, status_of
from kernel.logs import configure_logs
from sso.login.routes import STATIC as LOGIN_STATIC
from sso.login.routes import router as login_router

API = "/api/v1"
ROUTERS = (
    organisations_router,
    people_router,
    accounts_router,
    activation_router,
    imports_router,
    directory_router,
)
REQUEST_ID = "X-Request-Id"

log = structlog.get_logger("web")


def create_app(services: Services) -> FastAPI:
    app = FastAPI(
        title="Công Vụ",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = services.database
    app.state.clock = services.clock
    app.state.citizen_numbers = services.citizen_numbers
    app.state.passwords = services.passwords
    app.state.importer = services.importer
    app.state.import_jobs = services.import_jobs
    api = APIRouter(prefix=API, responses=ANY_ROUTE)
    for router in ROUTERS:
        api.include_router(router)
    app.include_router(api)
    app.include_router(login_router)
    for name, folder in {"theme": theme.pages.STATIC, "login": LOGIN_STATIC}.items():
        app.mount(f"/static/{name}", StaticFiles(directory=folder))
    telemetry = Telemetry()
    app.include_router(probes(services, telemetry))
    app.middleware("http")(telemetry.observe)
    _answer_errors(app)
    return app


class Telemetry:
    """A request id, one log line and the metrics of every request; never its content."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "congvu_http_requests", "Requests answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "congvu_http_request_seconds", "Time to answer.", ("route",), registry=self.registry
        )
        self.pending = Gauge(
            "congvu_directory_pending_entries",
            "Entries that the directory does not show yet.",
            registry=self.registry,
        )

    async def observe(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        request.state.request_id = request_id = uuid.uuid4().hex
        started = time.perf_counter()
        response = await call_next(request)
        elapsed = time.perf_counter() - started
        route = getattr(request.scope.get("route"), "path", "-")
        self.requests.labels(request.method, route, response.status_code).inc()
        self.seconds.labels(route).observe(elapsed)
        log.info(
            "request",
            request_id=request_id,
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(elapsed * 1000, 1),
        )
        response.headers[REQUEST_ID] = request_id
        return response


def probes(services: Services, telemetry: Telemetry) -> APIRouter:
    router = APIRouter(include_in_schema=False)

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
        return Response(generate_latest(telemetry.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def problem_of(error: DomainError) -> Problem:
    return Problem(
        title=type(error).__mro__[1].__name__,
        status=status_of(error),
        code=error.code,
        detail=error.message.en,
        detail_vi=error.message.vi,
        place=error.place,
    )


def _answer_errors(app: FastAPI) -> None:
    """The one table that turns what can be raised into RFC 9457 problems."""

    @app.exception_handler(DomainError)
    def refused(request: Request, error: DomainError) -> Response:
        return problem_response(request, problem_of(error))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"place": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
            for fault in error.errors()
        ]
        problem = Problem(
            title="Invalid",
            status=422,
            code="request-invalid",
            detail="The request does not have the form that the API describes.",
            detail_vi="Yêu cầu không đúng dạng mà API mô tả.",
            errors=faults,
        )
        return problem_response(request, problem)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http-error")
        problem = Problem(
            title="HTTP", status=error.status_code, code=code, detail=str(error.detail)
        )
        response = problem_response(request, problem)
        response.headers.update(error.headers or {})
        return response

    _answer_database_errors(app)


def _answer_database_errors(app: FastAPI) -> None:
    @app.exception_handler(DataError)
    def unstorable(request: Request, _: DataError) -> Response:
        problem = Problem(
            title="Invalid",
            status=422,
            code="value-unstorable",
            detail="A value cannot be stored: too large, or with a character no text has.",
            detail_vi="Có giá trị không lưu được: quá lớn hoặc chứa ký tự không hợp lệ.",
        )
        return problem_response(request, problem)

    @app.exception_handler(IntegrityError)
    def raced(request: Request, _: IntegrityError) -> Response:
        """What services check beforehand and another request did first."""
        problem = Problem(
            title="Conflict",
            status=409,
            code="changed-meanwhile",
            detail="Somebody else made a conflicting change at the same moment; try again.",
            detail_vi="Người khác vừa thay đổi cùng lúc; hãy thử lại.",
        )
        return problem_response(request, problem)

    @app.exception_handler(OperationalError)
    def unreachable(request: Request, _: OperationalError) -> Response:
        return problem_response(request, problem_of(DatabaseUnavailable()))


def main() -> None:
    settings = load_settings()
    configure_logs(settings.log)
    services = Services(settings)
    uvicorn.run(
        create_app(services),
        host=settings.web.host,
        port=settings.web.port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
