"""Which policy holds here."""

from pydantic import BaseModel, Field, model_validator

from identity.passwords.policy import LONGEST, PasswordPolicy
from identity.passwords.presets import PRESETS, PresetName

FLOOR = 9
"""More than 8 characters, whatever a decision allows: circular 03/2017/TT-BTTTT article 3."""
AGES = ("maximum_age_days", "administrator_maximum_age_days")


class PolicySettings(BaseModel):
    """A preset by name, and single values of it that hold here otherwise."""

    policy: PresetName = "congvu"
    """The rules for passwords; what follows replaces single values of them when it is set."""
    shortest: int | None = Field(default=None, ge=FLOOR, le=64)
    """Characters. Circular 03/2017 asks for more than 8; Ninh Bình 162/2025 for 9."""
    administrator_shortest: int | None = Field(default=None, ge=FLOOR, le=64)
    """Characters of an administrator's password. Without effect so far: nobody is an administrator
    until administration can be delegated."""
    longest: int | None = Field(default=None, ge=64, le=LONGEST)
    """Characters; a longer password is refused, not cut."""
    classes: int | None = Field(default=None, ge=0, le=4)
    """How many of upper case, lower case, digits and other characters there must be."""
    history: int | None = Field(default=None, ge=0, le=24)
    """The present password and so many before it may not be chosen again."""
    maximum_age_days: int | None = Field(default=None, ge=0)
    """After so many days a new password has to be chosen; 0 for never."""
    administrator_maximum_age_days: int | None = Field(default=None, ge=0)
    """The same for administrators, without effect so far as well; unless set, what the policy
    says or the value above, whichever is shorter."""
    warning_days: int | None = Field(default=None, ge=0)
    """How long before that day people are told."""
    minimum_score: int | None = Field(default=None, ge=0, le=4)
    """Of zxcvbn, from 0 (anything) to 4 (withstands 10^10 guesses)."""
    forbid_login: bool | None = None
    """Whether the own login may not stand in the password."""
    forbid_name: bool | None = None
    """Whether the own name may not stand in the password."""
    forbid_addresses: bool | None = None
    """Whether nothing of the own addresses may stand in the password."""
    forbid_birth_date: bool | None = None
    """Whether the own date of birth may not stand in the password."""
    forbid_common: bool | None = None
    """Whether passwords that many people use are refused."""

    @model_validator(mode="after")
    def _makes_a_policy(self) -> "PolicySettings":
        self.to_policy()
        return self

    def to_policy(self) -> PasswordPolicy:
        """Raises ValueError when the single values do not fit together."""
        chosen = {name: getattr(self, name) for name in PasswordPolicy.model_fields}
        values = PRESETS[self.policy].model_dump()
        values |= {name: value for name, value in chosen.items() if value is not None}
        values |= {name: values[name] or None for name in AGES}
        values["shortest"] = max(values["shortest"], FLOOR)
        if self.administrator_shortest is None:
            values["administrator_shortest"] = max(
                values["administrator_shortest"], values["shortest"]
            )
        if self.administrator_maximum_age_days is None:
            ages = [values[name] for name in AGES if values[name] is not None]
            values["administrator_maximum_age_days"] = min(ages, default=None)
        return PasswordPolicy(**values)
