"""Choosing an address by a policy, with the reasons."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

from identity.addresses.local_part import Refusal, find_refusal
from identity.addresses.pattern import fill, variables_of
from identity.addresses.policy import AskStep, PatternStep, Policy
from identity.addresses.subject import OrganisationSubject, PersonSubject
from kernel.errors import Conflict
from kernel.messages import Message

Subject = PersonSubject | OrganisationSubject

TAKEN = Refusal(
    "address-taken",
    Message("Đã cấp, hoặc đã từng cấp, cho người khác.", "It is, or once was, somebody else's."),
)
INCOMPLETE = Refusal(
    "address-variable-missing",
    Message("Thiếu thông tin mà mẫu địa chỉ cần.", "The pattern needs something unknown."),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attempt of the cascade; with a refusal it is only there to be explained."""

    local_part: str
    step_index: int
    pattern: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An attempt that failed; `until` ends a run of numbers that failed alike."""

    candidate: str
    pattern: str
    reason: Refusal
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    local_part: str
    step_index: int
    pattern: str
    skipped: tuple[Skipped, ...]


class AddressNeedsDecision(Conflict):
    """The cascade has ended without a free address; a person has to choose one."""

    code: ClassVar[str] = "address-needs-decision"

    def __init__(self, instruction: Message, skipped: tuple[Skipped, ...]) -> None:
        super().__init__(instruction.vi, instruction.en, place="address")
        self.skipped = skipped


def candidates(policy: Policy, subject: Subject) -> Iterator[Candidate]:
    """All attempts in order, endless when the last step has {number} and makes valid addresses.

    Raises AddressNameUnusable.
    """
    seen: set[str] = set()
    for index, step in enumerate(policy.steps):
        if isinstance(step, PatternStep):
            yield from _candidates_of_step(step, index, subject, seen)


def _candidates_of_step(
    step: PatternStep, index: int, subject: Subject, seen: set[str]
) -> Iterator[Candidate]:
    if _lacks_variable(step, subject):
        yield Candidate("", index, step.pattern, INCOMPLETE)
        return
    for local_part in _local_parts(step, subject):
        if local_part in seen:
            continue  # somebody without a middle name gets the same from two patterns
        if not step.is_endless:
            seen.add(local_part)
        refusal = find_refusal(local_part)
        yield Candidate(local_part, index, step.pattern, refusal)
        if refusal:
            return  # another number would not help


def _lacks_variable(step: PatternStep, subject: Subject) -> bool:
    return not variables_of(step.pattern) <= subject.values.keys()


def _local_parts(step: PatternStep, subject: Subject) -> Iterator[str]:
    beginning = fill(step.pattern, subject.values)
    if not step.is_endless or not beginning:
        yield beginning
        return
    for number in count(step.first_number):
        yield f"{beginning}{number}"


def choose(policy: Policy, subject: Subject, taken: Container[str]) -> Choice:
    """The first valid local part that is not taken.

    Raises AddressNeedsDecision, AddressNameUnusable.
    """
    skipped: list[Skipped] = []
    for candidate in candidates(policy, subject):
        reason = candidate.refusal or (TAKEN if candidate.local_part in taken else None)
        if reason is None:
            return Choice(
                candidate.local_part, candidate.step_index, candidate.pattern, tuple(skipped)
            )
        _note(skipped, candidate, reason)
    raise AddressNeedsDecision(_instruction(policy), tuple(skipped))


def _note(skipped: list[Skipped], candidate: Candidate, reason: Refusal) -> None:
    last = skipped[-1] if skipped else None
    if last and last.pattern == candidate.pattern and last.reason is reason:
        skipped[-1] = Skipped(last.candidate, last.pattern, reason, until=candidate.local_part)
    else:
        skipped.append(Skipped(candidate.local_part, candidate.pattern, reason))


def _instruction(policy: Policy) -> Message:
    last = policy.steps[-1]
    return last.instruction if isinstance(last, AskStep) else _NOTHING_LEFT


_NOTHING_LEFT = Message(
    "Không còn địa chỉ nào theo quy tắc; hãy chọn địa chỉ bằng tay.",
    "The rules leave no free address; choose one by hand.",
)


def stems(policy: Policy, subject: Subject) -> frozenset[str]:
    """The beginnings before final digits of every local part that `choose` can come to.

    With `rtrim(local_part, '0123456789') = ANY(stems)` a caller fetches all taken addresses that
    matter in one query.
    Raises AddressNameUnusable.
    """
    beginnings = (
        fill(step.pattern, subject.values)
        for step in policy.pattern_steps()
        if not _lacks_variable(step, subject)
    )
    return frozenset(beginning.rstrip("0123456789") for beginning in beginnings if beginning)
