"""What the API asks and answers about signing keys: never their private parts."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from kernel.http import BasisForm
from sso.keys.models import Algorithm

MOST_SEEN = 100


class SigningKeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    kid: str
    algorithm: Algorithm
    published_at: datetime
    signs_from: datetime
    signs_until: datetime
    withdrawn_at: datetime = Field(description="From then on it is not in the JWKS.")


class SigningKeyList(BaseModel):
    items: list[SigningKeyOut]


class KeyRotation(BaseModel):
    seen: list[str] | None = Field(
        None,
        max_length=MOST_SEEN,
        description="Ids of the keys that are published: others are a conflict.",
    )
    basis: BasisForm
