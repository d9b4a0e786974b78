"""What is asked of a database meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements_noted(engine: Engine, note: Callable[[str], None]) -> Iterator[None]:
    """Not those with which a snapshot loads anew beside it: it does after every notice."""

    def noted(*arguments: Any) -> None:
        if threading.current_thread().name != "snapshot":
            note(arguments[2])

    event.listen(engine, "before_cursor_execute", noted)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", noted)
