"""What shows in an entry raises its revision, whoever changes it (docs/decisions/0002)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.addresses.models import AddressRole
from identity.addresses.queries import get_domain
from identity.addresses.service import give_address
from identity.organisations.models import Group, GroupScope, Organisation
from identity.people.models import Appointment, Person
from identity.projection import Projected
from kernel.audit import AuditRecord
from kernel.database import Database
from tests.support.registry import BASIS, DOMAIN, TODAY, Province


class Revisions:
    """Takes note of every revision; says afterwards which rows were touched."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._before = self._read()

    def _read(self) -> dict[UUID, int]:
        found: dict[UUID, int] = {}
        with self._db.transaction() as session:
            for model in (Account, Organisation, Group):
                found.update(session.execute(select(model.id, model.revision)).all())
        return found

    def touched(self) -> set[UUID]:
        now = self._read()
        return {row for row, revision in now.items() if revision != self._before.get(row)}


@pytest.fixture
def tree(province: Province) -> "Tree":
    return Tree(province)


class Tree:
    """province > department > room, a clinic beside them, and somebody in the room."""

    def __init__(self, made: Province) -> None:
        self.db = made.db
        self.top = made.organisation("Ủy ban nhân dân tỉnh").id
        self.department = made.organisation("Sở Tài chính", parent_id=self.top).id
        self.room = made.organisation("Phòng Ngân sách", parent_id=self.department).id
        self.clinic = made.organisation("Trạm Y tế").id
        person = made.person(made_organisation(made, self.room))
        self.person, self.account = person.id, made.account(person).id
        other = made.person(made_organisation(made, self.clinic), "Lê Văn An")
        self.bystander = made.account(other).id
        with self.db.transaction() as session:  # as if the directory showed it all
            for model in (Account, Organisation, Group):
                session.execute(update(model).values(projected_revision=model.revision))

    def group(self, organisation: UUID, scope: GroupScope) -> UUID:
        with self.db.transaction() as session:
            statement = select(Group.id).filter_by(organisation_id=organisation, scope=scope)
            return session.scalars(statement).one()

    def line(self, organisation: UUID, *ancestors: UUID) -> set[UUID]:
        """Groups that a member of the organisation is in."""
        own = self.group(organisation, GroupScope.OWN)
        subtrees = {self.group(each, GroupScope.SUBTREE) for each in (organisation, *ancestors)}
        return {own} | subtrees


def made_organisation(made: Province, organisation_id: UUID) -> Organisation:
    with made.db.transaction() as session:
        return session.get_one(Organisation, organisation_id)


def test_a_persons_name_shows_in_the_account(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.get_one(Person, tree.person).full_name = "Nguyễn Thị Nga"
    assert revisions.touched() == {tree.account}


def test_plain_sql_cannot_get_past_it(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        statement = text("UPDATE identity_person SET phone = '0900000000' WHERE id = :id")
        session.execute(statement, {"id": tree.person})
    assert revisions.touched() == {tree.account}


def test_a_new_appointment_touches_the_account_and_the_groups_up_the_line(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.add(
            Appointment(
                person_id=tree.person,
                organisation_id=tree.department,
                is_primary=False,
                valid_from=date(2026, 1, 1),
            )
        )
    assert revisions.touched() == {tree.account} | tree.line(tree.department, tree.top)


def test_an_appointment_that_ends_touches_the_line_it_leaves(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        held = session.scalars(select(Appointment).filter_by(person_id=tree.person)).one()
        held.valid_to = date(2026, 6, 1)
    assert revisions.touched() == {tree.account} | tree.line(tree.room, tree.department, tree.top)


def test_an_appointment_that_moves_touches_both_lines(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        held = session.scalars(select(Appointment).filter_by(person_id=tree.person)).one()
        held.organisation_id = tree.clinic
    both = tree.line(tree.room, tree.department, tree.top) | tree.line(tree.clinic)
    assert revisions.touched() == {tree.account} | both


def test_a_renamed_organisation_shows_in_its_accounts_and_its_groups(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.get_one(Organisation, tree.room).name = "Phòng Tài chính"
    touched = revisions.touched()
    assert {tree.room, tree.account} <= touched
    assert tree.line(tree.room) <= touched
    assert tree.bystander not in touched
    assert tree.clinic not in touched


def test_a_moved_organisation_touches_the_subtrees_it_leaves_and_joins(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.get_one(Organisation, tree.room).parent_id = tree.clinic
    touched = revisions.touched()
    subtrees = {
        tree.group(each, GroupScope.SUBTREE) for each in (tree.department, tree.top, tree.clinic)
    }
    assert {tree.room} | subtrees <= touched


def test_a_closed_account_leaves_its_groups(tree: Tree) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.execute(
            text("UPDATE identity_account SET status = 'closed' WHERE login LIKE 'ng%'")
        )
    assert revisions.touched() == {tree.account} | tree.line(tree.room, tree.department, tree.top)


@pytest.mark.parametrize("model", [Account, Organisation, Group])
def test_what_the_reconciler_notes_is_no_change(tree: Tree, model: type[Projected]) -> None:
    revisions = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.execute(
            update(model).values(
                projected_revision=0,
                projected_dn="uid=x",
                projection_error="refused",
                projection_attempts=3,
                projection_retry_at=func.now(),
            )
        )
    assert revisions.touched() == set()


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET reason = ''", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_audit_trail_is_only_added_to(tree: Tree, statement: str) -> None:
    with pytest.raises(DBAPIError, match="is refused"), tree.db.transaction() as session:
        session.execute(text(statement.format(AuditRecord.__tablename__)))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM identity_address",
        "UPDATE identity_address SET local_part = 'other'",
        "UPDATE identity_address SET account_id = NULL",
        "DELETE FROM identity_agency_code",
    ],
)
def test_addresses_and_codes_are_never_taken_from_their_holder(tree: Tree, statement: str) -> None:
    with pytest.raises(DBAPIError, match="is refused"), tree.db.transaction() as session:
        session.execute(text(statement))


ROOMS = 8
"""Groups are random UUIDs: so many rooms make both orders of locking all but certain."""


@pytest.mark.parametrize("shared_root", [True, False])
def test_people_who_swap_rooms_at_the_same_moment_wait_and_never_deadlock(
    province: Province, *, shared_root: bool
) -> None:
    root = province.organisation("Ủy ban nhân dân tỉnh").id if shared_root else None
    rooms = [province.organisation(f"Phòng {n}", parent_id=root).id for n in range(ROOMS)]
    people = [province.person(made_organisation(province, room)) for room in rooms]
    for one, other in pairwise(range(ROOMS)):
        with ThreadPoolExecutor(1) as pool, province.db.transaction() as session:
            add_appointment(session, people[one].id, rooms[one])
            waiting = pool.submit(
                appoint_in_turn, province.db, people[other].id, [rooms[other], rooms[one]]
            )
            wait_until_somebody_waits(province.db)
            add_appointment(session, people[one].id, rooms[other])
            session.commit()
            waiting.result()


def appoint_in_turn(db: Database, person: UUID, organisations: list[UUID]) -> None:
    with db.transaction() as session:
        for organisation in organisations:
            add_appointment(session, person, organisation)


def add_appointment(session: Session, person: UUID, organisation: UUID) -> None:
    session.add(
        Appointment(
            person_id=person,
            organisation_id=organisation,
            is_primary=False,
            valid_from=date(2025, 1, 1),
        )
    )
    session.flush()


def wait_until_somebody_waits(db: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with db.transaction() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.005)
    pytest.fail("nobody waited")


def test_a_change_between_reading_and_recording_the_first_write_stays_pending(
    province: Province,
) -> None:
    """The reconciler has read revision 1 when an alias is given; recording 1 must not hide it."""
    account = province.account(province.person(province.organisation()))
    with province.db.transaction() as session:
        read = session.get_one(Account, account.id).revision
    with province.db.transaction() as session:
        give_address(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            "ngatruong",
            account.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )
    with province.db.transaction() as session:
        assert session.get_one(Account, account.id).revision > read


def test_sealing_with_another_key_touches_nothing(tree: Tree) -> None:
    before = Revisions(tree.db)
    with tree.db.transaction() as session:
        version = session.get_one(Person, tree.person).version
        session.execute(update(Person).values(citizen_number_sealed=b"sealed anew"))
    assert before.touched() == set()
    with tree.db.transaction() as session:
        assert session.get_one(Person, tree.person).version == version


def test_an_organisation_that_ends_takes_its_groups_along(tree: Tree) -> None:
    before = Revisions(tree.db)
    with tree.db.transaction() as session:
        session.get_one(Organisation, tree.clinic).valid_to = date(2026, 12, 1)
    with tree.db.transaction() as session:
        groups = set(session.scalars(select(Group.id).where(Group.organisation_id == tree.clinic)))
    assert groups | {tree.clinic} <= before.touched()


def test_rows_before_and_after_are_not_compared_each_with_each(db: Database) -> None:
    """The plan of such a join is made for the first statement of a connection, and kept."""
    few = {"identity_organisation_changed", "sso_session_ended", "sso_participation_ended"}
    statement = text("SELECT proname FROM pg_proc WHERE prosrc LIKE '%old_rows JOIN new_rows%'")
    with db.transaction() as session:
        assert set(session.scalars(statement)) == few
