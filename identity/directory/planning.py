"""Which LDAP operations turn a standing entry into the desired one. Talks to nobody."""

from collections.abc import Iterator, Mapping, Sequence

from identity.directory import dn, encoding
from identity.directory.changes import Change, Remove
from identity.directory.decoding import StandingEntry
from identity.directory.encoding import Alteration, Modification
from identity.directory.entries import Entry

VALUES_PER_REQUEST = 2000
"""Members added at once: the memberOf overlay writes each of their entries in the same commit."""
REPLACED_WHOLE = 20
"""Up to so many values an attribute is replaced; beyond, only what differs is sent."""

DOMAIN_CLASS, DOMAIN_ATTRIBUTE = b"domainRelatedObject", "associatedDomain"
"""RFC 4524 sections 3.3 and 2.1: how the base entry tells which mail domains are ours."""

Values = Mapping[str, tuple[bytes, ...]]
Plan = list[bytes]
"""Encoded requests in their order; empty when everything is right already."""


def operations(change: Change, standing: StandingEntry | None) -> Plan:
    if isinstance(change, Remove):
        return [encoding.delete_request(standing.dn)] if standing else []
    if standing is None:
        return list(_additions(change.entry))
    return list(_corrections(change.entry, standing))


def _additions(entry: Entry) -> Iterator[bytes]:
    attributes = entry.all_attributes()
    first = {name: values[:VALUES_PER_REQUEST] for name, values in attributes.items()}
    yield encoding.add_request(entry.dn, first.items())
    for name, values in attributes.items():
        if len(values) > VALUES_PER_REQUEST:
            yield from _in_portions(entry.dn, Alteration.ADD, name, values[VALUES_PER_REQUEST:])


def _corrections(entry: Entry, standing: StandingEntry) -> Iterator[bytes]:
    if not dn.same(entry.dn, standing.dn):
        rdn, parent = dn.split(entry.dn)
        moved = not dn.same(parent, dn.split(standing.dn)[1])
        yield encoding.modify_dn_request(standing.dn, rdn, parent if moved else None)
    small, large = [], []
    for name, present, wanted in differences(entry.all_attributes(), standing.attributes):
        if max(len(present), len(wanted)) <= REPLACED_WHOLE:
            small.append(Modification(Alteration.REPLACE, name, wanted))
        else:
            large.append((name, present, wanted))
    if small:
        yield encoding.modify_request(entry.dn, small)
    for name, present, wanted in large:
        gone, new = set(present) - set(wanted), set(wanted) - set(present)
        yield from _in_portions(entry.dn, Alteration.DELETE, name, tuple(gone))
        yield from _in_portions(entry.dn, Alteration.ADD, name, tuple(new))


def differences(
    wanted: Values, present: Values
) -> Iterator[tuple[str, tuple[bytes, ...], tuple[bytes, ...]]]:
    """Name, present values, wanted values of every attribute that is not as desired."""
    for name in {**wanted, **present}:
        there, here = present.get(name, ()), wanted.get(name, ())
        if there != here and not _equal_sets(name, there, here):
            yield name, there, here


def _equal_sets(name: str, one: tuple[bytes, ...], other: tuple[bytes, ...]) -> bool:
    if name == "objectClass":
        return {value.lower() for value in one} == {value.lower() for value in other}
    return len(one) == len(other) and set(one) == set(other)


def domains_operation(
    base_dn: str, standing: StandingEntry | None, names: Sequence[str]
) -> bytes | None:
    """What makes the base entry name these domains; None when it does."""
    if standing is None:
        return None
    wanted = tuple(name.encode() for name in names)
    present = standing.attributes.get(DOMAIN_ATTRIBUTE, ())
    if set(wanted) == set(present):
        return None
    classes = standing.attributes["objectClass"]
    others = tuple(name for name in classes if name.lower() != DOMAIN_CLASS.lower())
    changes = [
        Modification(Alteration.REPLACE, DOMAIN_ATTRIBUTE, wanted),
        Modification(
            Alteration.REPLACE, "objectClass", (*others, DOMAIN_CLASS) if wanted else others
        ),
    ]
    return encoding.modify_request(base_dn, changes)


def _in_portions(
    entry_dn: str, alteration: Alteration, name: str, values: tuple[bytes, ...]
) -> Iterator[bytes]:
    for start in range(0, len(values), VALUES_PER_REQUEST):
        portion = values[start : start + VALUES_PER_REQUEST]
        yield encoding.modify_request(entry_dn, [Modification(alteration, name, portion)])
