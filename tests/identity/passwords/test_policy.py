"""Ready policies, and settings that choose one and change single values of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from identity.accounts.passwords import PasswordSettings
from identity.passwords.policy import PasswordPolicy
from identity.passwords.presets import CONGVU, PRESETS, PresetName
from identity.passwords.settings import FLOOR


def effective(**settings: Any) -> PasswordPolicy:
    return PasswordSettings(**settings).to_policy()


def test_without_settings_our_own_policy_holds() -> None:
    assert effective() == CONGVU
    assert (CONGVU.shortest, CONGVU.minimum_score, CONGVU.classes) == (12, 3, 0)
    assert CONGVU.maximum_age_days is None


@pytest.mark.parametrize(
    ("name", "users", "administrators"),
    [
        ("level3", (9, 4, 5, 180), (12, 90)),
        ("ninh-binh", (9, 4, 0, 180), (9, 180)),
        ("bac-ninh", (8, 4, 3, 180), (10, 90)),
        ("nghe-an", (8, 4, 0, 90), (8, 90)),
    ],
)
def test_presets_say_what_their_sources_say(
    name: PresetName, users: tuple[int, ...], administrators: tuple[int, int]
) -> None:
    policy = PRESETS[name]
    asked = (policy.shortest, policy.classes, policy.history, policy.maximum_age_days)
    assert asked == users
    of_administrators = (policy.administrator_shortest, policy.administrator_maximum_age_days)
    assert of_administrators == administrators


@pytest.mark.parametrize("name", list(PRESETS))
def test_nothing_shorter_than_the_floor_is_ever_in_force(name: PresetName) -> None:
    policy = effective(policy=name)
    assert FLOOR <= policy.shortest <= policy.administrator_shortest


def test_single_values_replace_those_of_the_preset() -> None:
    policy = effective(
        policy="level3", shortest=14, maximum_age_days=0, minimum_score=2, forbid_name=False
    )
    assert (policy.shortest, policy.administrator_shortest) == (14, 14)
    assert (policy.maximum_age_days, policy.administrator_maximum_age_days) == (None, 90)
    assert (policy.minimum_score, policy.forbid_name, policy.history) == (2, False, 5)


@pytest.mark.parametrize(
    ("settings", "ages"),
    [
        ({"policy": "level3", "maximum_age_days": 30}, (30, 30)),
        ({"policy": "level3", "maximum_age_days": 365}, (365, 90)),
        ({"policy": "congvu", "maximum_age_days": 60}, (60, 60)),
        ({"policy": "congvu"}, (None, None)),
        ({"maximum_age_days": 60, "administrator_maximum_age_days": 90}, (60, 90)),
        ({"maximum_age_days": 60, "administrator_maximum_age_days": 0}, (60, None)),
    ],
)
def test_passwords_of_administrators_are_never_older_unless_it_is_said(
    settings: dict[str, Any], ages: tuple[int | None, int | None]
) -> None:
    policy = effective(**settings)
    assert (policy.maximum_age_days, policy.administrator_maximum_age_days) == ages


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": "ha-noi"},
        {"shortest": 8},
        {"shortest": 20, "administrator_shortest": 12},
        {"classes": 5},
        {"minimum_score": 5},
        {"longest": 20},
        {"history": -1},
    ],
)
def test_settings_that_make_no_sense_are_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PasswordSettings(**wrong)
