"""How fast account entries reach a durable directory: OpenLDAP's own ldapadd against our gateway.

Every contestant gets a fresh slapd with the same overlays and its default flush to disk, over the
same transport, and loads the same finished entries. Run: python -m benchmarks.directory_writes
"""

import argparse
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from entrypoints.embedded.slapd import EmbeddedSlapd
from identity.directory.changes import Put
from identity.directory.entries import AccountSnapshot, Entry, account_entry
from identity.directory.gateway import LdapDirectory
from identity.directory.ldif import ldif_lines
from identity.directory.server import tree
from identity.directory.server.settings import Passwords
from identity.directory.settings import DirectorySettings

BASE_DN = "dc=backan,dc=gov,dc=vn"
PASSWORDS = Passwords("benchmark-writer", "benchmark-reader", "benchmark-mail")
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
        BASE_DN,
    )


@contextmanager
def fresh_slapd(folder: Path) -> Iterator[EmbeddedSlapd]:
    place = Path(tempfile.mkdtemp(dir=folder))
    place.chmod(0o755)
    slapd = EmbeddedSlapd(place / "ldap", BASE_DN, free_port(), free_port(), PASSWORDS)
    slapd.prepare()
    process = subprocess.Popen(slapd.command(), user=slapd.user, env=dict(slapd.environment()))
    try:
        while not slapd.ready():
            time.sleep(0.02)
        yield slapd
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_ldapadd(slapd: EmbeddedSlapd, entries: Sequence[Entry]) -> float:
    file = slapd.folder / "entries.ldif"
    file.write_bytes(b"".join(ldif_lines(entries)))
    command = ["ldapadd", "-x", "-H", slapd.address, "-D", tree.writer_dn(BASE_DN)]
    command += ["-w", PASSWORDS.writer, "-f", str(file)]
    environment = {"LDAPTLS_CACERT": str(slapd.authority), "PATH": "/usr/bin:/bin"}
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def by_gateway(
    slapd: EmbeddedSlapd, entries: Sequence[Entry], *, transactions: bool = True
) -> float:
    settings = DirectorySettings(
        uri=slapd.address,
        base_dn=BASE_DN,
        bind_password=SecretStr(PASSWORDS.writer),
        authority=slapd.authority,
    )
    started = time.perf_counter()
    with LdapDirectory(settings, transactions=transactions) as directory:
        for start in range(0, len(entries), BATCH):
            batch = [Put(entry) for entry in entries[start : start + BATCH]]
            assert all(outcome.written for outcome in directory.write(batch))
    return time.perf_counter() - started


def by_plain_operations(slapd: EmbeddedSlapd, entries: Sequence[Entry]) -> float:
    return by_gateway(slapd, entries, transactions=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=7000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    entries = [account(number) for number in range(options.entries)]
    contestants: list[tuple[str, Callable[[EmbeddedSlapd, Sequence[Entry]], float]]] = [
        ("ldapadd", by_ldapadd),
        ("gateway, plain operations", by_plain_operations),
        ("gateway, transactions", by_gateway),
    ]
    reference = 0.0
    for name, load in contestants:
        with fresh_slapd(options.folder) as slapd:
            seconds = load(slapd, entries)
        reference = reference or seconds
        rate, ratio = len(entries) / seconds, reference / seconds
        print(f"{name:27} {rate:9,.0f} entries/s   {ratio:5.2f} x ldapadd")
    print(f"target of the last line: {TARGET:.1f} x")


if __name__ == "__main__":
    main()
