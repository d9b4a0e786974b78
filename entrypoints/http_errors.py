"""The one table that turns what can be raised into RFC 9457 problems."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg.errors import DeadlockDetected, SerializationFailure
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from console.session.access import ConsoleSignInNeeded
from console.session.routes import sign_in_first
from kernel.database import DatabaseUnavailable
from kernel.errors import Conflict, DomainError, Invalid, TooMany
from kernel.http import Problem, problem_response, status_of
from kernel.messages import Message
from sso.http import SignInNeeded
from sso.login.destinations import to_sign_in
from theme.problem_page import problem_page, wants_page


class InternalError(DomainError):
    code = "internal-error"

    def __init__(self) -> None:
        super().__init__(
            "Lỗi bên trong hệ thống; hãy báo quản trị kèm mã yêu cầu.",
            "Something went wrong inside; tell the administrator the request id.",
        )


class ValueUnstorable(Invalid):
    code = "value-unstorable"

    def __init__(self) -> None:
        super().__init__(
            "Có giá trị không lưu được: quá lớn hoặc chứa ký tự không hợp lệ.",
            "A value cannot be stored: too large, or with a character no text has.",
        )


class ChangedMeanwhile(Conflict):
    code = "changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Người khác vừa thay đổi cùng lúc; hãy thử lại.",
            "Somebody else made a conflicting change at the same moment; try again.",
        )


def problem_of(error: DomainError) -> Problem:
    return Problem(
        title=type(error).__mro__[1].__name__,
        status=status_of(error),
        code=error.code,
        detail=error.message.en,
        detail_vi=error.message.vi,
        place=error.place,
        errors=[
            {"code": reason.code, "message": reason.message.en, "message_vi": reason.message.vi}
            for reason in error.reasons
        ]
        or None,
    )


def error_response(request: Request, problem: Problem, *, wait: int | None = None) -> Response:
    """A page for people at a browser, a problem document for everybody else."""
    if wants_page(request):
        message = Message(problem.detail_vi or problem.detail, problem.detail)
        response: Response = problem_page(request, problem.status, problem.code, message, wait=wait)
    else:
        response = problem_response(request, problem)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def answer_errors(app: FastAPI) -> None:
    """The one table that turns what can be raised into RFC 9457 problems."""

    @app.exception_handler(DomainError)
    def refused(request: Request, error: DomainError) -> Response:
        wait = error.seconds if isinstance(error, TooMany) else None
        return error_response(request, problem_of(error), wait=wait)

    @app.exception_handler(SignInNeeded)
    def to_sign_in_first(request: Request, needed: SignInNeeded) -> Response:
        return to_sign_in(needed.back, undone=request.method == "POST")

    app.add_exception_handler(ConsoleSignInNeeded, sign_in_first)  # type: ignore[arg-type]  # starlette wants Exception

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
        return error_response(request, problem)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http-error")
        problem = Problem(
            title="HTTP", status=error.status_code, code=code, detail=str(error.detail)
        )
        response = error_response(request, problem)
        response.headers.update(error.headers or {})
        return response

    _answer_database_errors(app)


def _answer_database_errors(app: FastAPI) -> None:
    @app.exception_handler(DataError)
    def unstorable(request: Request, _: DataError) -> Response:
        return error_response(request, problem_of(ValueUnstorable()))

    @app.exception_handler(IntegrityError)
    def raced(request: Request, _: IntegrityError) -> Response:
        """What services check beforehand and another request did first."""
        return error_response(request, problem_of(ChangedMeanwhile()))

    @app.exception_handler(OperationalError)
    def unreachable(request: Request, error: OperationalError) -> Response:
        crossed = isinstance(error.orig, DeadlockDetected | SerializationFailure)
        answer = ChangedMeanwhile() if crossed else DatabaseUnavailable()
        return error_response(request, problem_of(answer))

    @app.exception_handler(NoConnectionFree)
    def overwhelmed(request: Request, _: NoConnectionFree) -> Response:
        """No connection became free in time."""
        return error_response(request, problem_of(DatabaseUnavailable()))
