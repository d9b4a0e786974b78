"""Which rules a password breaks; a page says all of them at once."""

from datetime import date

import pytest

from identity.passwords import texts
from identity.passwords.policy import PasswordPolicy
from identity.passwords.presets import PRESETS, PresetName
from identity.passwords.rules import broken_rules
from identity.passwords.subject import PasswordSubject

NGA = PasswordSubject(
    login="nganth",
    name="Nguyễn Thị Hồng Nga",
    addresses=("nganth@backan.gov.vn", "ke.toan@backan.gov.vn"),
    birth_date=date(1980, 5, 6),
    organisation_words=("STC", "stc"),
)
LENIENT = PasswordPolicy(
    shortest=8,
    administrator_shortest=8,
    forbid_login=False,
    forbid_name=False,
    forbid_addresses=False,
    forbid_birth_date=False,
    forbid_common=False,
)


def broken(password: str, policy: PasswordPolicy, subject: PasswordSubject = NGA) -> set[str]:
    return {reason.code for reason in broken_rules(policy, password, subject)}


def by_preset(password: str, name: PresetName) -> set[str]:
    return broken(password, PRESETS[name])


@pytest.mark.parametrize(
    "password",
    [
        "chim hót trên cành 7",
        "một câu dài không ai đoán",
        "con mèo nhảy qua hàng rào",
        "hoa hồng đỏ trên núi cao",  # a part of the name is a word, too
        "ngày mai trời lại sáng",
        "g9#Kq!2$Lp7x",
        "8261-3347-9912-horse",
        "correct horse battery staple",
    ],
)
def test_our_own_policy_takes_sentences_and_random_characters(password: str) -> None:
    assert by_preset(password, "congvu") == set()


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_long_mixed_sentence_is_good_everywhere(name: PresetName) -> None:
    assert by_preset("Trời xanh, mây trắng 27 phố", name) == set()


@pytest.mark.parametrize("length", [7, 8, 64, 65])
def test_length_is_counted_in_letters_not_in_bytes(length: int) -> None:
    policy = LENIENT.model_copy(update={"longest": 64})
    password = ("ấbếcộdừ" * 10)[:length]
    expected = {texts.TOO_SHORT} if length < 8 else {texts.TOO_LONG} if length > 64 else set()
    assert broken(password, policy) == expected


def test_administrators_choose_longer_ones() -> None:
    administrator = PasswordSubject(is_administrator=True)
    policy = LENIENT.model_copy(update={"administrator_shortest": 12})
    assert broken("abcdefghijk", policy) == set()
    assert broken("abcdefghijk", policy, administrator) == {texts.TOO_SHORT}
    (reason,) = broken_rules(policy, "abcdefghijk", administrator)
    assert "12" in reason.message.vi


@pytest.mark.parametrize(
    ("password", "classes", "missing"),
    [
        ("abcdefgh", 4, "3 of: an upper-case letter, a digit, a special character."),
        ("Đườngnhỏ1", 4, "1 of: a special character."),
        ("Đường nhỏ1", 4, None),  # a space is a special character
        ("ABCDEFG1", 3, "1 of: a lower-case letter, a special character."),
        ("abcdefg1", 2, None),
    ],
)
def test_missing_classes_are_named(password: str, classes: int, missing: str | None) -> None:
    reasons = broken_rules(LENIENT.model_copy(update={"classes": classes}), password, NGA)
    said = [reason.message.en.removeprefix("The password still needs ") for reason in reasons]
    assert said == ([missing] if missing else [])


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "ababababababab", "12341234123412"])
def test_few_different_characters_are_refused_whatever_the_policy(password: str) -> None:
    assert broken(password, LENIENT) == {texts.REPEATS}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("xanh-nganth-7712", texts.LOGIN),
        ("xanh-NGANTH-7712", texts.LOGIN),
        ("xanh-n9@nth-ng@nth", texts.LOGIN),
        ("NguyenThiHongNga!9xyz", texts.NAME),
        ("nguyễn thị hồng nga!9xyz", texts.NAME),
        ("xyz.hong-nga.7712", texts.NAME),
        ("Nga@1985!!!!!", texts.NAME),  # nothing but a name and decoration
        ("thi+nga+nguyen", texts.NAME),
        ("xanh ke.toan 7712", texts.ADDRESS),
        ("xanh-kế-toán-7712", texts.ADDRESS),
        ("xanhke.toan@backan.gov.vn", texts.ADDRESS),
    ],
)
def test_own_login_name_and_addresses_are_found_in_any_spelling(password: str, code: str) -> None:
    forbidding = {
        texts.LOGIN: "forbid_login",
        texts.NAME: "forbid_name",
        texts.ADDRESS: "forbid_addresses",
    }
    assert broken(password, LENIENT) == set()
    policy = LENIENT.model_copy(update={forbidding[code]: True})
    assert broken(password, policy) == {code}


@pytest.mark.parametrize(
    "written",
    [
        "06051980",
        "060580",
        "19800506",
        "800506",
        "05061980",
        "651980",
        "06/05/1980",
        "06-05-80",
        "1980.05.06",
        "1980 05 06",
        "6/5/1980",
    ],
)
def test_the_birth_date_is_found_in_every_written_form(written: str) -> None:
    policy = LENIENT.model_copy(update={"forbid_birth_date": True})
    assert broken(f"xanh {written} đỏ", policy) == {texts.BIRTH_DATE}
    assert broken(f"xanh {written} đỏ", policy, PasswordSubject()) == set()


def test_a_year_alone_is_no_birth_date() -> None:
    policy = LENIENT.model_copy(update={"forbid_birth_date": True})
    assert broken("mùa xuân 1980", policy) == set()


@pytest.mark.parametrize("character", ["\0", "\n", "\x7f", "\x85", "\ud800"])
def test_what_no_keyboard_types_is_refused_before_anything_else(character: str) -> None:
    assert broken(character, PRESETS["level3"]) == {texts.UNUSABLE}
    assert broken(f"chim hót trên cành {character}", LENIENT) == {texts.UNUSABLE}


def test_all_broken_rules_are_said_in_both_languages() -> None:
    reasons = broken_rules(PRESETS["level3"], "hanoi060580", NGA)
    assert [reason.code for reason in reasons] == [texts.CLASSES, texts.BIRTH_DATE, texts.COMMON]
    for reason in reasons:
        assert reason.message.vi.endswith(".")
        assert reason.message.en.endswith(".")
        assert "{" not in reason.message.vi + reason.message.en


def test_an_empty_password_breaks_rules_rather_than_the_program() -> None:
    assert texts.TOO_SHORT in broken("", PRESETS["congvu"])


@pytest.mark.parametrize("odd", ["Y", "Lê An", "", "H'Mông"])
def test_short_names_forbid_no_ordinary_words(odd: str) -> None:
    subject = PasswordSubject(login="an", name=odd, addresses=("an@backan.gov.vn",))
    assert broken("yên an lành trên núi cao", PRESETS["congvu"], subject) == set()
