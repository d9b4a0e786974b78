from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.addresses.choice import (
    AddressNeedsDecision,
    Choice,
    Subject,
    candidates,
    choose,
    stems,
)
from identity.addresses.local_part import find_refusal
from identity.addresses.models import PolicySubject
from identity.addresses.policy import PatternStep, Policy
from identity.addresses.presets import (
    BAC_NINH,
    CONGVU,
    DONG_THAP,
    NGHE_AN,
    NINH_BINH,
    ORGANISATIONS,
    ORGANISATIONS_PARENT_FIRST,
)
from identity.addresses.subject import AddressNameUnusable, OrganisationSubject, PersonSubject
from identity.names.full_name import FullName, NameMissing, NameNotAName


def person(name: str, *, org: str | None = "stc") -> PersonSubject:
    return PersonSubject(FullName.parse(name), org, None, date(1985, 3, 9), "006185001234")


def cascade(policy: Policy, subject: Subject, number: int) -> list[str]:
    """The first local parts, each given when all before it are taken."""
    taken: list[str] = []
    for _ in range(number):
        taken.append(choose(policy, subject, taken).local_part)
    return taken


NGA = person("Nguyễn Thị Hồng Nga")


def test_the_default_appends_the_organisation_and_then_a_number() -> None:
    expected = ["nganth", "nganth.stc", "nganth2", "nganth3"]
    assert cascade(CONGVU.policy, NGA, 4) == expected


def test_nghe_an_counts_at_once() -> None:
    assert cascade(NGHE_AN.policy, NGA, 3) == ["nganth", "nganth2", "nganth3"]


def test_bac_ninh_shows_three_and_then_four_citizen_digits() -> None:
    assert cascade(BAC_NINH.policy, NGA, 2) == ["nganth234", "nganth1234"]


def test_dong_thap_abbreviates_step_by_step() -> None:
    assert cascade(DONG_THAP.policy, NGA, 6) == [
        "nguyenthihongnga",
        "nguyenthihongnga1985",
        "nthihongnga",
        "nthnga",
        "nthnga1985",
        "nthnga031985",
    ]


def test_ninh_binh_asks_people_when_the_address_is_taken() -> None:
    assert choose(NINH_BINH.policy, NGA, ()).local_part == "nganth.stc"
    with pytest.raises(AddressNeedsDecision) as caught:
        choose(NINH_BINH.policy, NGA, {"nganth.stc"})
    assert caught.value.code == "address-needs-decision"
    assert "điện" in caught.value.message.vi
    assert [skipped.candidate for skipped in caught.value.skipped] == ["nganth.stc"]


def test_a_cascade_that_ends_asks_for_a_decision() -> None:
    policy = Policy(subject=PolicySubject.PERSON, steps=(PatternStep(pattern="{full}"),))
    with pytest.raises(AddressNeedsDecision):
        choose(policy, NGA, {"nguyenthihongnga"})


def test_organisation_accounts_name_their_parent_on_collision() -> None:
    post = OrganisationSubject("vanthu", "stc")
    assert cascade(ORGANISATIONS.policy, post, 3) == ["vanthu", "vanthu.stc", "vanthu2"]
    assert cascade(ORGANISATIONS_PARENT_FIRST.policy, post, 2) == ["vanthu", "stc.vanthu"]


def test_an_organisation_without_parent_is_numbered() -> None:
    assert cascade(ORGANISATIONS.policy, OrganisationSubject("stc"), 2) == ["stc", "stc2"]


def test_a_choice_tells_what_was_skipped_and_why() -> None:
    taken = {"nganth", "nganth.stc", "nganth2", "nganth3", "nganth4"}
    choice = choose(CONGVU.policy, NGA, taken)
    assert (choice.local_part, choice.step_index) == ("nganth5", 2)
    assert choice.pattern == "{given}{initials}{number}"
    assert [(s.candidate, s.until, s.reason.code) for s in choice.skipped] == [
        ("nganth", None, "address-taken"),
        ("nganth.stc", None, "address-taken"),
        ("nganth2", "nganth4", "address-taken"),
    ]


def skipped_reasons(choice: Choice) -> list[tuple[str, str]]:
    return [(skipped.candidate, skipped.reason.code) for skipped in choice.skipped]


def test_a_reserved_name_goes_to_the_next_step() -> None:
    choice = choose(CONGVU.policy, person("Lê Mai"), ())
    assert choice.local_part == "mail.stc"
    assert skipped_reasons(choice) == [("mail", "address-reserved")]


def test_an_embarrassing_name_is_left_to_people() -> None:
    with pytest.raises(AddressNeedsDecision) as caught:
        choose(CONGVU.policy, person("Trần Di"), ())
    assert {skipped.reason.code for skipped in caught.value.skipped} == {"address-embarrassing"}


def test_a_step_that_needs_something_unknown_is_skipped() -> None:
    choice = choose(CONGVU.policy, person("Nguyễn Thị Hồng Nga", org=None), {"nganth"})
    assert choice.local_part == "nganth2"
    assert skipped_reasons(choice)[1] == ("", "address-variable-missing")


def test_too_long_an_address_gives_way_to_a_shorter_one() -> None:
    long = person("Nguyễn " + "Phương " * 12 + "Nga")
    assert choose(DONG_THAP.policy, long, ()).local_part == "n" + "p" * 12 + "nga"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Nga", "nga"),
        ("H'Hen Niê", "nieh"),
        ("K’Sor Y-Moan", "ymoank"),
        ("Đỗ Văn Đức", "ducdv"),
        ("Giàng A Páo", "paoga"),
        ("Kpă Bơ̆k", "bokk"),
    ],
)
def test_minority_and_one_word_names_get_addresses(name: str, first: str) -> None:
    assert choose(CONGVU.policy, person(name), ()).local_part == first


def test_a_name_that_nobody_has_split_is_used_whole() -> None:
    subject = PersonSubject(FullName("H'Hen Niê"), "stc")
    assert choose(CONGVU.policy, subject, ()).local_part == "hhennie"


def test_a_missing_part_leaves_no_separator_behind() -> None:
    steps = (
        PatternStep(pattern="{family}.{middle}.{given}"),
        PatternStep(pattern="{family}.{org}"),
    )
    policy = Policy(subject=PolicySubject.PERSON, steps=steps)
    assert choose(policy, person("Lê Nga"), ()).local_part == "le.nga"
    with pytest.raises(AddressNeedsDecision):  # and never the address of the organisation itself
        choose(policy, person("Nga"), {"nga"})


def test_the_separator_before_a_number_stays() -> None:
    step = PatternStep(pattern="{given}.{number}", first_number=1)
    policy = Policy(subject=PolicySubject.PERSON, steps=(step,))
    assert cascade(policy, NGA, 2) == ["nga.1", "nga.2"]
    assert stems(policy, NGA) == {"nga."}


@pytest.mark.parametrize("name", ["明", "Nguyễn 明", "Сергей"])
def test_a_name_outside_the_latin_alphabet_is_refused_clearly(name: str) -> None:
    with pytest.raises(AddressNameUnusable) as caught:
        choose(CONGVU.policy, person(name), ())
    assert caught.value.code == "address-name-unusable"


def test_no_address_is_tried_twice() -> None:
    tried = [candidate.local_part for candidate in candidates(DONG_THAP.policy, person("Nga"))]
    assert len(tried) == len(set(tried))


def test_a_citizen_number_is_not_shown_by_accident() -> None:
    assert "006185" not in repr(NGA)


def readable(text: str) -> bool:
    try:
        FullName.parse(text)
    except (NameMissing, NameNotAName):
        return False
    return True


LETTERS = "abcdeghiklmnopqrstuvxyăâđêôơưáàảãạýỳỷỹỵABCĐ' -."
NAMES = st.text(LETTERS, min_size=1, max_size=60).filter(readable)
PRESETS = [CONGVU, NINH_BINH, BAC_NINH, NGHE_AN, DONG_THAP]


@given(
    NAMES,
    st.sampled_from([preset.policy for preset in PRESETS]),
    st.sampled_from([None, "stc", "vp.vpubnd", "pnv1"]),
)
def test_every_candidate_is_valid_or_says_why_and_has_a_stem(
    name: str, policy: Policy, org: str | None
) -> None:
    subject = person(name, org=org)
    beginnings = stems(policy, subject)
    for candidate in islice(candidates(policy, subject), 30):
        if candidate.refusal is None:
            assert find_refusal(candidate.local_part) is None
        if candidate.local_part:
            assert candidate.local_part.rstrip("0123456789") in beginnings


@given(st.lists(st.sampled_from(["Lê Nga", "Lý Nga", "Lê Văn An", "Lê Thị Nga"]), max_size=25))
def test_no_two_people_get_the_same_address(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        choice = choose(CONGVU.policy, person(name), taken)
        assert choice.local_part not in taken
        taken.add(choice.local_part)
    assert len(taken) == len(names)
