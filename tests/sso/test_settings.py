"""Settings of single sign-on that must fit together."""

import pytest
from pydantic import ValidationError

from sso.settings import SignOnSettings


@pytest.mark.parametrize("hours", [1, 2])
def test_a_key_is_published_longer_than_others_keep_what_they_fetched(hours: int) -> None:
    with pytest.raises(ValidationError, match="key_lead_hours must be longer than"):
        SignOnSettings(key_lead_hours=hours, jwks_cache_seconds=2 * 3600)
    assert SignOnSettings(key_lead_hours=3, jwks_cache_seconds=2 * 3600).key_lead_hours == 3
