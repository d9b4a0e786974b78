import pytest
from pydantic import TypeAdapter, ValidationError

from identity.addresses.models import PolicySubject
from identity.addresses.policy import AskStep, PatternStep, Policy, warnings
from identity.addresses.presets import BAC_NINH, CONGVU, PRESETS
from kernel.messages import Message

ASK = AskStep(instruction=Message("Hãy hỏi.", "Ask."))


def person_policy(*patterns: str) -> Policy:
    steps = tuple(PatternStep(pattern=pattern) for pattern in patterns)
    return Policy(subject=PolicySubject.PERSON, steps=steps)


@pytest.mark.parametrize("code", PRESETS)
def test_a_policy_survives_json(code: str) -> None:
    policy = PRESETS[code].policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    as_json = TypeAdapter(dict).validate_python(policy.model_dump(mode="json"))
    assert Policy.model_validate(as_json) == policy


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{number}",
        "nga",
        "{given",
        "given}",
        "{Given}",
        "{nickname}",
        "{given}{number}.{org}",
        "{given}{number}{number}",
        "{given}@{org}",
        "{given.__class__}",
        "{given!r}",
        "{given:>10}",
        "{given} {org}",
        "{{given}}",
        "{}",
    ],
)
def test_a_pattern_that_cannot_make_addresses_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        PatternStep(pattern=pattern)


def test_a_step_that_can_never_be_reached_is_refused() -> None:
    with pytest.raises(ValidationError, match="no step can follow"):
        person_policy("{given}{number}", "{full}")
    with pytest.raises(ValidationError, match="no step can follow"):
        Policy(subject=PolicySubject.PERSON, steps=(ASK, ASK))


def test_variables_fit_those_who_get_addresses() -> None:
    with pytest.raises(ValidationError, match="means nothing for persons"):
        person_policy("{stem}")
    with pytest.raises(ValidationError, match="means nothing for organisations"):
        Policy(subject=PolicySubject.ORGANISATION, steps=(PatternStep(pattern="{full}"),))


def test_a_policy_has_steps() -> None:
    with pytest.raises(ValidationError):
        person_policy()


def test_a_pattern_with_citizen_digits_is_warned_of() -> None:
    found = warnings(BAC_NINH.policy)
    assert [(warning.code, warning.step_index) for warning in found] == [
        ("address-leaks-citizen-number", 0),
        ("address-leaks-citizen-number", 1),
    ]
    assert all(warning.message.vi and warning.message.en for warning in found)


def test_other_policies_raise_no_warning() -> None:
    assert warnings(CONGVU.policy) == []
