"""Address rules as data: a cascade of patterns; when an address is taken, the next one is tried.

{given}{initials}            nganth
{given}{initials}.{org}      nganth.stc
{given}{initials}{number}    nganth2, nganth3, ...
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from identity.addresses.models import PolicySubject
from identity.addresses.pattern import (
    CITIZEN_NUMBER_VARIABLES,
    ORGANISATION_VARIABLES,
    PERSON_VARIABLES,
    check_pattern,
    is_numbered,
    variables_of,
)
from kernel.messages import Message


class PatternStep(BaseModel):
    """Gives the address that the pattern makes, or with {number} the first free one of a series."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["pattern"] = "pattern"
    pattern: Annotated[str, Field(max_length=200), AfterValidator(check_pattern)]
    first_number: int = Field(default=2, ge=0)
    """Only with {number}: the person without a number is the first."""

    @property
    def is_endless(self) -> bool:
        return is_numbered(self.pattern)


class AskStep(BaseModel):
    """Ends the cascade: people agree on an address and somebody types it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["ask"] = "ask"
    instruction: Message


Step = Annotated[PatternStep | AskStep, Field(discriminator="kind")]


class Policy(BaseModel):
    """One version of a rule. Stored with its number by the ledger, never changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    subject: PolicySubject
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _steps_make_sense(self) -> Self:
        for step in self.steps[:-1]:
            if isinstance(step, AskStep) or step.is_endless:
                raise ValueError("no step can follow one that asks or has {number}")
        person = self.subject is PolicySubject.PERSON
        allowed = PERSON_VARIABLES if person else ORGANISATION_VARIABLES
        for step in self.pattern_steps():
            strange = variables_of(step.pattern) - allowed
            if strange:
                raise ValueError(f"{{{min(strange)}}} means nothing for {self.subject}s")
        return self

    def pattern_steps(self) -> list[PatternStep]:
        return [step for step in self.steps if isinstance(step, PatternStep)]


class PolicyWarning(BaseModel):
    """Something allowed that the author of the policy should know."""

    model_config = ConfigDict(frozen=True)
    code: str
    message: Message
    step_index: int


def warnings(policy: Policy) -> list[PolicyWarning]:
    return [
        PolicyWarning(code="address-leaks-citizen-number", message=_LEAK, step_index=index)
        for index, step in enumerate(policy.steps)
        if isinstance(step, PatternStep)
        and not CITIZEN_NUMBER_VARIABLES.isdisjoint(variables_of(step.pattern))
    ]


_LEAK = Message(
    "Địa chỉ chứa các số cuối của căn cước công dân, ai nhận thư cũng biết "
    "(Luật Bảo vệ dữ liệu cá nhân 91/2025).",
    "The address shows digits of the citizen number to everybody who gets a mail "
    "(Law 91/2025 on personal data protection).",
)
