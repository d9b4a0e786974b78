"""How fast account entries reach a durable directory: OpenLDAP's own ldapadd against our gateway.

Every contestant gets a fresh slapd with the same overlays and its default flush to disk, over the
same transport, and loads the same finished entries.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from benchmarks.support.installation import Installation, installation
from benchmarks.support.ldapadd import by_ldapadd
from entrypoints.embedded.configuration import SAMPLE_BASE_DN
from identity.directory.changes import Put
from identity.directory.entries import AccountSnapshot, Entry, account_entry
from identity.directory.gateway import LdapDirectory

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
TARGET = 3.0
BATCH = 5000
"""As the reconciler hands them over."""


def account(number: int) -> Entry:
    login = f"nganth{number}"
    return account_entry(
        AccountSnapshot(
            id=UUID(int=number),
            kind="personal",
            login=login,
            status="active",
            display_name="Nguyễn Thị Hồng Nga",
            family_name="Nguyễn",
            given_name="Nga",
            mail=f"{login}@backan.gov.vn",
            aliases=(f"{login}.stc@backan.gov.vn",),
            quota_bytes=2 * 1024**3,
            password_hash=HASH,
            organisation_code="H03.21.4",
            organisation_name="Sở Khoa học và Công nghệ tỉnh Bắc Kạn",
            title="Chuyên viên chính",
            staff_number=f"06.{number:06d}",
            phone="0912345678",
        ),
        SAMPLE_BASE_DN,
    )


def by_gateway(
    place: Installation, entries: Sequence[Entry], *, transactions: bool = True
) -> float:
    started = time.perf_counter()
    with LdapDirectory(place.settings.directory, transactions=transactions) as directory:
        for start in range(0, len(entries), BATCH):
            batch = [Put(entry) for entry in entries[start : start + BATCH]]
            assert all(outcome.written for outcome in directory.write(batch))
    return time.perf_counter() - started


def by_plain_operations(place: Installation, entries: Sequence[Entry]) -> float:
    return by_gateway(place, entries, transactions=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=7000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    entries = [account(number) for number in range(options.entries)]
    contestants: list[tuple[str, Callable[[Installation, Sequence[Entry]], float]]] = [
        ("ldapadd", by_ldapadd),
        ("gateway, plain operations", by_plain_operations),
        ("gateway, transactions", by_gateway),
    ]
    reference = 0.0
    for name, load in contestants:
        with installation(options.folder, ("ldap",)) as place:
            seconds = load(place, entries)
        reference = reference or seconds
        rate, ratio = len(entries) / seconds, reference / seconds
        print(f"{name:27} {rate:9,.0f} entries/s   {ratio:5.2f} x ldapadd")
    print(f"target of the last line: {TARGET:.1f} x")


if __name__ == "__main__":
    main()
