"""All rules that a new password breaks, so that a page can say them at once."""

from collections.abc import Callable, Iterator
from unicodedata import category

from identity.passwords import texts
from identity.passwords.common import is_common
from identity.passwords.policy import PasswordPolicy
from identity.passwords.readings import cores, is_made_of, joined_digits, readings
from identity.passwords.strength import judge
from identity.passwords.subject import PasswordSubject
from kernel.errors import Reason
from kernel.messages import Message

FEWEST_DIFFERENT = 5
"""aaaaaaaaaaaa and 121212121212 have fewer."""
_CONTROL, _SURROGATE = "Cc", "Cs"


def broken_rules(policy: PasswordPolicy, password: str, subject: PasswordSubject) -> list[Reason]:
    """In the order in which people read them; none means that the password may be chosen.

    The password is in NFC. What was chosen before is asked elsewhere: that takes hashing.
    """
    if any(category(character) in {_CONTROL, _SURROGATE} for character in password):
        return [_reason(texts.UNUSABLE)]
    if len(password) > policy.longest:
        return [_reason(texts.TOO_LONG, longest=policy.longest)]
    return [
        *_of_form(policy, password, subject),
        *_of_person(policy, password, subject),
        *_of_guessing(policy, password, subject),
    ]


def _of_form(policy: PasswordPolicy, password: str, subject: PasswordSubject) -> Iterator[Reason]:
    shortest = policy.shortest_for(is_administrator=subject.is_administrator)
    if len(password) < shortest:
        yield _reason(texts.TOO_SHORT, shortest=shortest)
    missing = _missing_classes(password)
    lacking = policy.classes - (len(KINDS) - len(missing))
    if lacking > 0:
        named = texts.listed(missing)
        yield _reason(texts.CLASSES, count=lacking, missing_vi=named.vi, missing_en=named.en)
    if len(set(password)) < FEWEST_DIFFERENT:
        yield _reason(texts.REPEATS)


def _is_other(character: str) -> bool:
    return not (character.isupper() or character.islower() or character.isdigit())


KINDS: tuple[tuple[Message, Callable[[str], bool]], ...] = (
    (texts.UPPER, str.isupper),
    (texts.LOWER, str.islower),
    (texts.DIGIT, str.isdigit),
    (texts.OTHER, _is_other),
)


def _missing_classes(password: str) -> list[Message]:
    return [name for name, holds in KINDS if not any(map(holds, password))]


def _of_person(policy: PasswordPolicy, password: str, subject: PasswordSubject) -> Iterator[Reason]:
    told = readings(password)

    def holds(forms: set[str]) -> bool:
        return any(form in text for form in forms for text in told)

    if policy.forbid_login and holds(subject.forms_of_login()):
        yield _reason(texts.LOGIN)
    words = subject.name_words()
    if policy.forbid_name and (
        holds(subject.forms_of_name()) or any(is_made_of(core, words) for core in cores(password))
    ):
        yield _reason(texts.NAME)
    if policy.forbid_addresses and holds(subject.forms_of_addresses() - subject.forms_of_login()):
        yield _reason(texts.ADDRESS)
    digits = joined_digits(password)
    if policy.forbid_birth_date and any(form in digits for form in subject.forms_of_birth_date()):
        yield _reason(texts.BIRTH_DATE)


def _of_guessing(
    policy: PasswordPolicy, password: str, subject: PasswordSubject
) -> Iterator[Reason]:
    if policy.forbid_common and is_common(password, subject.words()):
        yield _reason(texts.COMMON)
    if policy.minimum_score:
        strength = judge(password, subject.words())
        if strength.score < policy.minimum_score:
            reason = strength.reason
            yield _reason(texts.GUESSABLE, reason_vi=reason.vi, reason_en=reason.en)


def _reason(code: str, **values: object) -> Reason:
    return Reason(code, texts.said(texts.RULES[code], **values))


USED_BEFORE = _reason(texts.USED_BEFORE)
