import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.addresses.local_part import LocalPartRefused, check, find_refusal

SAMPLE = Path(__file__).parents[3] / "sample" / "bac-kan"


@pytest.mark.parametrize(
    ("local_part", "code"),
    [
        ("", "address-empty"),
        ("x" * 65, "address-too-long"),
        (".nga", "address-malformed"),
        ("nga.", "address-malformed"),
        ("nga..stc", "address-malformed"),
        ("nga.-stc", "address-malformed"),
        ("Nga", "address-malformed"),
        ("nga_nt", "address-malformed"),
        ("ngã", "address-malformed"),
        ("nga nt", "address-malformed"),
        ("nga\n", "address-malformed"),
        ("postmaster", "address-reserved"),
        ("admin2", "address-reserved"),
        ("no-reply", "address-reserved"),
        ("fuck", "address-embarrassing"),
        ("nga.dit", "address-embarrassing"),
    ],
)
def test_a_bad_local_part_is_refused_with_its_reason(local_part: str, code: str) -> None:
    with pytest.raises(LocalPartRefused) as caught:
        check(local_part)
    assert caught.value.code == code
    assert caught.value.message.vi
    assert caught.value.message.en


@pytest.mark.parametrize(
    "local_part", ["nganth", "nganth2", "nga.stc", "vp.vpubnd", "x" * 64, "info.stc", "caccuong"]
)
def test_a_good_local_part_passes(local_part: str) -> None:
    check(local_part)


@given(st.text())
def test_what_passes_needs_no_quoting_in_mail(local_part: str) -> None:
    if find_refusal(local_part) is None:
        assert set(local_part) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
        assert not {local_part[0], local_part[-1]} & {".", "-"}
        assert ".." not in local_part


@pytest.mark.parametrize(
    ("file", "column"),
    [("organisations.csv", "mail_stem"), ("organisation-accounts.csv", "address_stem")],
)
def test_no_stem_of_the_sample_is_refused(file: str, column: str) -> None:
    with (SAMPLE / file).open(encoding="utf-8-sig", newline="") as rows:
        stems = [row[column] for row in csv.DictReader(rows)]
    assert len(stems) > 400
    assert [stem for stem in stems if find_refusal(stem)] == []
