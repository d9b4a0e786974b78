"""Templates of user names."""

import pytest

from sso.clients.username_template import makes_unique_names


@pytest.mark.parametrize(
    ("template", "unique"),
    [
        (None, True),
        ("", True),
        ("{login}", True),
        ("bk-{login}@old.example", True),
        ("{id}", True),
        ("{name}.{id}", True),
        ("{unit}_{login}", False),  # a_b and c, or a and b_c
        ("{login}{name}", False),
        ("{unit}_{name}", False),
        ("{staff_number}", False),
        ("{email}", False),
        ("everybody", False),
    ],
)
def test_names_that_can_never_meet_are_known(template: str | None, *, unique: bool) -> None:
    assert makes_unique_names(template) is unique
