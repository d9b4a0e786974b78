"""PostgreSQL: the declarative base and the only place that commits or rolls back."""

import enum
import select
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, datetime
from typing import Annotated, Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    PoolProxiedConnection,
    Text,
    Uuid,
    any_,
    create_engine,
    event,
    literal,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Session,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.types import UserDefinedType

from kernel.errors import Unavailable


class DatabaseSettings(BaseModel):
    """How to reach PostgreSQL. Environment: CONGVU_DATABASE__*."""

    url: SecretStr
    """For instance postgresql+psycopg://congvu:secret@db.example.org/congvu."""
    pool_size: int = Field(default=10, gt=0)
    """Connections kept open by one process."""
    statement_timeout_seconds: float = Field(default=30.0, gt=0)
    """Limit for one statement of a request; imports and checks raise it for themselves."""


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Cơ sở dữ liệu không trả lời; hãy thử lại sau.",
            "The database does not answer; try again later.",
        )


Asked = Session | psycopg.Connection[Any]
"""What `ask` and `tell` take: a session, or the connection of a transaction without one."""
UuidKey = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]


def is_among(
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ids: Collection[UUID]
) -> ColumnElement[bool]:
    """As `in_`, but in one parameter: a statement has 65,535 at most, a province more people."""
    return column == any_(literal(list(ids), UuidArray()))


def uuid_array(ids: Collection[UUID]) -> str:
    """As PostgreSQL writes it, for `ANY(:ids)`: drivers take several times as long for a list."""
    return "{" + ",".join([one.hex for one in ids]) + "}"


class UuidArray(UserDefinedType[Collection[UUID]]):
    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: object) -> str:
        return "UUID[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # noqa: ARG002
        return uuid_array


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own name and form for it
        datetime: DateTime(timezone=True),
        date: Date(),
        UUID: Uuid(),
        str: Text(),
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=40, values_callable=_values, validate_strings=True
        ),
    }


class Database:
    """Hands out transactions. Nothing else in the project commits or rolls back."""

    def __init__(self, bind: Engine) -> None:
        self.bind = bind
        self._sessions = sessionmaker(
            bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    def transaction(self) -> AbstractContextManager[Session]:
        """Commit on a clean exit, before the response is sent; roll back on any exception."""
        return self._sessions.begin()

    @contextmanager
    def driver_transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """The same for what is put to `ask` and `tell` alone.

        A session takes 0.13 to 0.26 ms of the processor before it is asked anything.
        """
        with errors_of_sqlalchemy("COMMIT"), closing(self.bind.raw_connection()) as lent:
            connection = driver_of(lent)
            yield connection  # what is raised here ends in the pool, which rolls back
            connection.commit()

    @contextmanager
    def single_statements(self) -> Iterator[psycopg.Connection[Any]]:
        """The same where each statement stands for itself: it is committed when it is answered.

        For reading and then one thing written; spares two trips to the server.
        """
        with errors_of_sqlalchemy("connect"), closing(self.bind.raw_connection()) as lent:
            connection = driver_of(lent)
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False

    def ping(self) -> None:
        """Raise SQLAlchemyError unless the server answers."""
        with self.transaction() as session:
            session.execute(text("SELECT 1"))


def build_engine(settings: DatabaseSettings) -> Engine:
    engine = create_engine(
        settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        pool_use_lifo=True,  # few that are warm rather than all in turn
        hide_parameters=True,  # an error in a log must not quote people's data
        connect_args=connection_arguments(settings),
    )
    event.listen(engine, "checkout", _leave_ended_connections)
    return engine


def _leave_ended_connections(connection: psycopg.Connection[Any], *_: object) -> None:
    """What a ping before each transaction would tell, without asking."""
    if has_something_to_say(connection.fileno()):
        raise InvalidatePoolError


def has_something_to_say(descriptor: int) -> bool:
    """Of an idle connection: it can be nothing but that the server has ended it."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def connection_arguments(settings: DatabaseSettings) -> dict[str, Any]:
    """What every connection that answers requests is made with.

    A server that vanished without a word, machine and all, is noticed after 10 to 20 seconds.
    """
    milliseconds = int(settings.statement_timeout_seconds * 1000)
    return {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,  # milliseconds for what was sent to be acknowledged
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "application_name": "congvu",
        "options": f"-c timezone=UTC -c statement_timeout={milliseconds}",
    }


def lift_statement_timeout(session: Session, *, seconds: int) -> None:
    """Give this transaction longer than a request gets: an import writes 100,000 rows at once."""
    session.execute(text(f"SET LOCAL statement_timeout = '{seconds:d}s'"))


def copy_rows(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert many rows by COPY, several times the rate of INSERT. Table and columns are ours.

    Rows that a generator makes are inserted by the server while the next ones are made.
    Raises SQLAlchemy's IntegrityError and DataError, as an INSERT would; the latter without the
    value, which psycopg quotes.
    """
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    cursor = driver_connection(session).cursor()
    with errors_of_sqlalchemy(statement), cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def ask(asked: Asked, statement: LiteralString, values: Mapping[str, Any]) -> list[Any]:
    """The rows of one statement, by the driver itself.

    For the few paths that a benchmark shows to need it: 0.07 ms of the processor, where SQLAlchemy
    takes 0.22 for the same statement. Placeholders are the driver's: %(name)s. Raises what
    SQLAlchemy would.
    """
    with errors_of_sqlalchemy(statement):
        return driver_connection(asked).execute(statement, values).fetchall()


def tell(asked: Asked, statement: LiteralString, values: Mapping[str, Any]) -> None:
    """The same for a statement that answers nothing."""
    with errors_of_sqlalchemy(statement):
        driver_connection(asked).execute(statement, values)


@contextmanager
def errors_of_sqlalchemy(statement: str) -> Iterator[None]:
    """What psycopg raises as SQLAlchemy would; a DataError without the value that it quotes."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.OperationalError as error:
        raise OperationalError(statement, None, error) from error
    except psycopg.DataError as error:
        reason = type(error)(error.diag.message_primary or "a value cannot be stored")
        raise DataError(statement, None, reason) from None


def driver_connection(asked: Asked) -> psycopg.Connection[Any]:
    """The psycopg connection under a session, with everything pending already sent."""
    if isinstance(asked, psycopg.Connection):
        return asked
    asked.flush()
    return driver_of(asked.connection().connection)


def driver_of(lent: PoolProxiedConnection) -> psycopg.Connection[Any]:
    connection = lent.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(f"psycopg is the only driver supported, got {type(connection)}")
    return connection
