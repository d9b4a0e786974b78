"""The rules for a new password in words, before somebody breaks them."""

from collections.abc import Iterator

from identity.passwords.policy import PasswordPolicy
from kernel.messages import Message
from sso.login import password_texts as texts

ALL_CLASSES = 4


def rules_in_words(policy: PasswordPolicy, *, has_one: bool) -> list[Message]:
    """`has_one`: the account has a password already, which may not be chosen again."""
    return [
        _with(texts.RULE_LENGTH, shortest=policy.shortest),
        *_classes(policy),
        *_forbidden(policy),
        *_guessing(policy),
        *(_former(policy) if has_one else ()),
    ]


def _with(message: Message, **values: object) -> Message:
    return Message(message.vi.format(**values), message.en.format(**values))


def _classes(policy: PasswordPolicy) -> Iterator[Message]:
    if policy.classes == ALL_CLASSES:
        yield texts.RULE_ALL_CLASSES
    elif policy.classes > 1:
        yield _with(texts.RULE_CLASSES, classes=policy.classes)


def _forbidden(policy: PasswordPolicy) -> Iterator[Message]:
    things = [
        thing
        for thing, is_forbidden in (
            (texts.LOGIN, policy.forbid_login),
            (texts.NAME, policy.forbid_name),
            (texts.ADDRESS, policy.forbid_addresses),
            (texts.BIRTH_DATE, policy.forbid_birth_date),
        )
        if is_forbidden
    ]
    if things:
        listed = Message(
            _listed([thing.vi for thing in things], texts.OR_VI),
            _listed([thing.en for thing in things], texts.OR_EN),
        )
        yield Message(
            texts.RULE_FORBIDDEN.vi.format(things=listed.vi),
            texts.RULE_FORBIDDEN.en.format(things=listed.en),
        )


def _listed(names: list[str], last: str) -> str:
    return last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _guessing(policy: PasswordPolicy) -> Iterator[Message]:
    if policy.minimum_score:
        yield texts.RULE_UNGUESSABLE
    elif policy.forbid_common:
        yield texts.RULE_UNCOMMON


def _former(policy: PasswordPolicy) -> Iterator[Message]:
    if policy.history == 1:
        yield texts.RULE_FORMER_ONE
    elif policy.history:
        yield _with(texts.RULE_FORMER, history=policy.history)
    else:
        yield texts.RULE_CURRENT
