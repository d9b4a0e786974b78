"""Names are found by their words, in any order and without tone marks."""

import pytest
from sqlalchemy import select

from identity.names.search import matches
from identity.people.models import Person
from tests.support.registry import Province

NAMES = ("Nguyễn Thị Hồng Nga", "Nguyễn Văn Ngân", "Lê Văn An", "Trần An Lê", "Đoàn Kiều Mai")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nguyen nga", {"Nguyễn Thị Hồng Nga", "Nguyễn Văn Ngân"}),
        ("Nga Nguyễn", {"Nguyễn Thị Hồng Nga", "Nguyễn Văn Ngân"}),
        ("nguyen thi nga", {"Nguyễn Thị Hồng Nga"}),
        ("nga nguyen tran", set()),
        ("uyen ngan", {"Nguyễn Văn Ngân"}),
        ("ho nguyen", {"Nguyễn Thị Hồng Nga"}),
        ("le an", {"Lê Văn An", "Trần An Lê"}),
        ("an l", {"Lê Văn An", "Trần An Lê"}),
        ("eu", {"Đoàn Kiều Mai"}),
        ("eu an", set()),
        ("nguyen %", {"Nguyễn Thị Hồng Nga", "Nguyễn Văn Ngân"}),
        ("%", set()),
        ("", set()),
    ],
)
def test_each_word_that_is_typed_is_part_of_the_name(
    province: Province, typed: str, found: set[str]
) -> None:
    office = province.organisation()
    for name in NAMES:
        province.person(office, name)
    with province.db.transaction() as session:
        people = session.scalars(select(Person.full_name).where(matches(Person.search_key, typed)))
        assert set(people) == found
