"""Agency identification codes (mã định danh) in their two forms.

Decision 20/2020/QĐ-TTg article 4: at most 35 characters of digits, capital letters and dots,
groups from left to right, the first one a letter A to Y and two digits (`H03.21.4`). QCVN
102:2016, still met in data: groups from right to left, filled with zeros (`000.00.21.H03`).
"""

import re
from dataclasses import dataclass

from identity.organisations.errors import AgencyCodeInvalid
from identity.organisations.models import AgencyCodeForm

LONGEST = 35
FIRST_GROUP = re.compile(r"[A-Y][0-9]{2}")
GROUP = re.compile(r"[0-9A-Z]+")
QCVN_102 = re.compile(r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Y][0-9]{2}")


@dataclass(frozen=True, slots=True)
class ParsedCode:
    code: str
    """As issued, upper case, without spaces."""
    canonical: str
    """Left to right, zeros that only fill dropped: equal for both forms of one code."""
    form: AgencyCodeForm


def parse_code(text: str) -> ParsedCode:
    """Raises AgencyCodeInvalid."""
    code = "".join(text.split()).upper()
    groups = code.split(".")
    if len(code) > LONGEST or not all(GROUP.fullmatch(group) for group in groups):
        raise AgencyCodeInvalid(text)
    if QCVN_102.fullmatch(code):
        return ParsedCode(code, _canonical(_without_filling(groups[::-1])), AgencyCodeForm.QCVN_102)
    if FIRST_GROUP.fullmatch(groups[0]):
        return ParsedCode(code, _canonical(groups), AgencyCodeForm.DECISION_20)
    raise AgencyCodeInvalid(text)


def _without_filling(groups: list[str]) -> list[str]:
    while len(groups) > 1 and not groups[-1].strip("0"):
        groups = groups[:-1]
    return groups


def _canonical(groups: list[str]) -> str:
    return ".".join([groups[0], *(group.lstrip("0") or "0" for group in groups[1:])])
