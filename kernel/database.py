"""PostgreSQL: the declarative base and the only place that commits or rolls back."""

import enum
import select
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import psycopg
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Text,
    Uuid,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

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


UuidKey = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]


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

    def __init__(self, bind: Engine | Connection) -> None:
        self.bind = bind
        self._sessions = sessionmaker(
            bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    def transaction(self) -> AbstractContextManager[Session]:
        """Commit on a clean exit, before the response is sent; roll back on any exception."""
        return self._sessions.begin()

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
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.DataError as error:
        reason = psycopg.DataError(error.diag.message_primary or "a value cannot be stored")
        raise DataError(statement, None, reason) from None


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under a session, with everything pending already sent."""
    session.flush()
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(f"psycopg is the only driver supported, got {type(connection)}")
    return connection
