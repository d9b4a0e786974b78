"""What a password must be, as data: provinces differ, and their rules change."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST = 256
"""Characters; no policy allows more, so nothing longer need ever be looked at."""


class PasswordPolicy(BaseModel):
    """One set of rules. Ready ones are in `identity.passwords.presets`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shortest: int = Field(ge=8, le=64)
    administrator_shortest: int = Field(ge=8, le=64)
    longest: int = Field(default=128, ge=64, le=LONGEST)
    classes: int = Field(default=0, ge=0, le=4)
    """How many of upper case, lower case, digits and other characters there must be."""
    history: int = Field(default=0, ge=0, le=24)
    """The present password and so many before it may not be chosen again."""
    maximum_age_days: int | None = Field(default=None, ge=1)
    """None means that a password never grows too old."""
    administrator_maximum_age_days: int | None = Field(default=None, ge=1)
    warning_days: int = Field(default=14, ge=0)
    """How long before that day people are told."""
    minimum_score: int | None = Field(default=None, ge=0, le=4)
    """Of zxcvbn: 3 withstands 10^8 guesses, 4 withstands 10^10; None does not ask."""
    forbid_login: bool = True
    forbid_name: bool = True
    forbid_addresses: bool = True
    forbid_birth_date: bool = True
    forbid_common: bool = True

    @model_validator(mode="after")
    def _administrators_have_no_less(self) -> Self:
        if self.administrator_shortest < self.shortest:
            raise ValueError("administrator_shortest must not be below shortest")
        return self

    @property
    def ages_differ(self) -> bool:
        """Whether it has to be known who administers to say how old a password may be."""
        return self.maximum_age_days != self.administrator_maximum_age_days

    def shortest_for(self, *, is_administrator: bool) -> int:
        return self.administrator_shortest if is_administrator else self.shortest

    def maximum_age_days_for(self, *, is_administrator: bool) -> int | None:
        return self.administrator_maximum_age_days if is_administrator else self.maximum_age_days
