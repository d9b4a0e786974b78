"""The kind of employment, from its own column or from what the position says in brackets."""

import re

from identity.hr_import.fields import PersonFields
from identity.names.text import fold
from identity.people.models import ContractType

KINDS = (
    (re.compile(r"\b(hd|hop dong|nd|nghi dinh)\b.*\b(111|68|161)\b"), ContractType.CONTRACT_111),
    (re.compile(r"\b(111|68)/20\d\d\b"), ContractType.CONTRACT_111),
    (re.compile(r"\bvien chuc\b"), ContractType.PUBLIC_EMPLOYEE),
    (re.compile(r"\b(cong chuc|can bo)\b"), ContractType.CIVIL_SERVANT),
    (re.compile(r"\b(hop dong|lao dong|khac)\b"), ContractType.OTHER),
)
"""The first that fits; `Nhân viên (HĐ 111)` is a contract under decree 111/2022/NĐ-CP."""


def contract_type_of(fields: PersonFields) -> ContractType | None:
    """What the row says; None when it says nothing."""
    if fields.contract_type:
        return _kind(fields.contract_type)
    if fields.position and "(" in fields.position:
        return _kind(fields.position)
    return None


def _kind(text: str) -> ContractType | None:
    folded = fold(text)
    return next((kind for pattern, kind in KINDS if pattern.search(folded)), None)
