"""What is kept in memory follows the database, and is kept when the database is away."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from kernel.database import DatabaseUnavailable
from kernel.notices import Notices
from kernel.snapshot import Snapshot
from tests.support.installation import eventually

Words = tuple[str, ...]


class Store:
    """A table of words, and how often it was read."""

    def __init__(self, conninfo: str) -> None:
        self.loads = 0
        self.failing: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute("CREATE TABLE word (word text)")

    def load(self) -> Words:
        with self._lock:
            self.loads += 1
            rows = self._connection.execute("SELECT word FROM word ORDER BY word").fetchall()
        self.gate.wait()
        if self.failing:
            raise self.failing
        return tuple(row[0] for row in rows)

    def add(self, word: str, *, notify: bool = True) -> None:
        with self._lock, self._connection.transaction():
            self._connection.execute("INSERT INTO word VALUES (%s)", (word,))
            if notify:
                self._connection.execute("NOTIFY words")

    def close(self) -> None:
        self.gate.set()
        self._connection.close()


class Line:
    """A lock that counts those who ever wanted it."""

    def __init__(self) -> None:
        self.length = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self.length += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url.replace("+psycopg", ""))
    yield store
    store.close()


@pytest.fixture
def notices(database_url: str, store: Store) -> Iterator[Notices]:
    assert store
    notices = Notices(database_url.replace("+psycopg", ""))
    yield notices
    notices.stop()


@pytest.fixture
def words(store: Store, notices: Notices) -> Snapshot[Words]:
    return Snapshot(store.load, notices, "words")


def settled(store: Store, notices: Notices, words: Snapshot[Words]) -> None:
    """The load on use and the one when the notices began to be heard are both over."""
    heard = threading.Event()
    notices.subscribe("words", lambda _: heard.set())  # told after the snapshot
    notices.start()
    assert heard.wait(20)
    words.get()
    eventually(lambda: store.loads == 2)


def test_it_is_loaded_once_and_then_only_after_a_notice(
    store: Store, notices: Notices, words: Snapshot[Words]
) -> None:
    store.add("one")
    settled(store, notices, words)
    before = store.loads
    assert {words.get() for _ in range(1000)} == {("one",)}
    assert store.loads == before
    store.add("two")
    eventually(lambda: words.get() == ("one", "two"))


def test_a_change_during_a_load_is_not_missed(
    store: Store, notices: Notices, words: Snapshot[Words]
) -> None:
    settled(store, notices, words)
    store.gate.clear()
    before = store.loads
    store.add("one")
    eventually(lambda: store.loads > before)  # it has read its rows and not come back yet
    store.add("two")
    assert words.get() == ()
    store.gate.set()
    eventually(lambda: words.get() == ("one", "two"))


def test_without_notices_it_is_loaded_every_second(store: Store, words: Snapshot[Words]) -> None:
    assert words.get() == ()
    store.add("unheard")
    eventually(lambda: words.get() == ("unheard",))


def test_a_load_that_fails_leaves_the_value_and_is_repeated_until_one_succeeds(
    store: Store, notices: Notices, words: Snapshot[Words]
) -> None:
    settled(store, notices, words)
    store.failing = ValueError("a row that nobody can read")
    before = store.loads
    store.add("one")
    eventually(lambda: store.loads > before + 1)
    assert words.get() == ()
    store.failing = None
    eventually(lambda: words.get() == ("one",))


def test_the_first_load_says_what_is_wrong(store: Store, words: Snapshot[Words]) -> None:
    store.failing = psycopg.OperationalError("gone")
    with pytest.raises(DatabaseUnavailable):
        words.get()
    store.failing = ValueError("a row that nobody can read")
    with pytest.raises(ValueError, match="nobody can read"):
        words.get()
    store.failing = None
    assert words.get() == ()


def test_those_who_wait_for_a_first_load_that_fails_do_not_each_try_again(
    store: Store, words: Snapshot[Words]
) -> None:
    store.failing = psycopg.OperationalError("gone")
    store.gate.clear()
    line = words._loading = Line()  # type: ignore[assignment]
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(words.get) for _ in range(8)]
        eventually(lambda: line.length == 8)
        store.gate.set()
        assert all(isinstance(future.exception(), DatabaseUnavailable) for future in asked)
    assert store.loads == 1


def test_the_first_load_does_not_block_an_event_loop(store: Store, words: Snapshot[Words]) -> None:
    async def first() -> Words:
        store.gate.clear()
        loading = asyncio.create_task(words.get_async())
        await asyncio.sleep(0.01)
        store.gate.set()
        return await loading

    assert asyncio.run(first()) == ()


def test_whoever_committed_a_change_can_see_it_at_once(
    store: Store, words: Snapshot[Words]
) -> None:
    assert words.get() == ()
    store.add("mine", notify=False)
    assert words.reload() == ("mine",)
    assert words.get() == ("mine",)


def test_it_ends_with_the_notices(store: Store, notices: Notices, words: Snapshot[Words]) -> None:
    settled(store, notices, words)
    notices.stop()
    assert words._thread is not None
    assert not words._thread.is_alive()
    assert words.get() == ()
