import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.throttling.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.114.7", "203.0.114.7"),
        ("2001:db8:0:1::5", "20010db800000001::/64"),
        ("2001:DB8:0:1:ffff::5", "20010db800000001::/64"),
        ("2001:db8:0:2::5", "20010db800000002::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_ipv6_is_counted_by_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.text(max_size=50))
def test_any_text_has_a_network_or_none(text: str) -> None:
    assert len(network_of(text)) <= 50
