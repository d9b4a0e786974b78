"""The kind of an organisation from its column, in code or in words, else from its name."""

import re

from identity.names.text import fold
from identity.organisations.models import OrganisationKind

KIND_BY_WORDS = (
    (re.compile(r"\b(ubnd|uy ban nhan dan)\b.*\b(tinh|thanh pho truc thuoc)\b"), "provincial"),
    (re.compile(r"\b(ubnd|uy ban nhan dan)\b.*\b(huyen|quan|thi xa|thanh pho)\b"), "district"),
    (re.compile(r"\b(ubnd|uy ban nhan dan)\b.*\b(xa|phuong|thi tran|dac khu)\b"), "commune"),
    (re.compile(r"\btram y te\b"), "health_station"),
    (re.compile(r"\b(truong|mam non|tieu hoc|thcs|thpt)\b(?!.*\bphong\b)"), "school"),
    (re.compile(r"\b(dang uy|tinh uy|huyen uy|thanh uy|ban to chuc)\b"), "party"),
    (re.compile(r"\b(mttq|mat tran|hoi|doan thanh nien|lien doan)\b"), "mass"),
    (re.compile(r"^(trung tam|ban quan ly|benh vien|don vi su nghiep)\b"), "public_service"),
    (re.compile(r"^(so|ban|thanh tra tinh|van phong ubnd)\b"), "department"),
    (re.compile(r"^(phong|van phong|thanh tra|bo phan|chi cuc|to|doi)\b"), "unit"),
)
KINDS = {
    "provincial": OrganisationKind.PROVINCIAL_COMMITTEE,
    "district": OrganisationKind.DISTRICT_COMMITTEE,
    "commune": OrganisationKind.COMMUNE_COMMITTEE,
    "health_station": OrganisationKind.HEALTH_STATION,
    "school": OrganisationKind.SCHOOL,
    "party": OrganisationKind.PARTY,
    "mass": OrganisationKind.MASS_ORGANISATION,
    "public_service": OrganisationKind.PUBLIC_SERVICE_UNIT,
    "department": OrganisationKind.DEPARTMENT,
    "unit": OrganisationKind.UNIT,
}


def kind_of(stated: str | None, name: str) -> OrganisationKind | None:
    """The kind stated; without one, that of the name. None when a stated one is unknown."""
    if not stated:
        return _by_words(name) or OrganisationKind.OTHER
    try:
        return OrganisationKind(stated.strip().lower())
    except ValueError:
        return _by_words(stated)


def _by_words(text: str) -> OrganisationKind | None:
    folded = fold(text).strip()
    return next((KINDS[kind] for words, kind in KIND_BY_WORDS if words.search(folded)), None)
