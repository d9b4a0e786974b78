import base64
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from identity.directory.entries import Entry
from identity.directory.ldif import ldif_lines
from tests.support.directory import accounts
from tests.support.slapd import TestSlapd

VALUES = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=3, unique=True)


def read_back(text: bytes) -> list[tuple[bytes, list[tuple[bytes, bytes]]]]:
    """A reader as simple as RFC 2849 allows: unfold, split at the colon, decode."""
    records: list[tuple[bytes, list[tuple[bytes, bytes]]]] = []
    for block in text.replace(b"\n ", b"").split(b"\n\n")[:-1]:
        pairs = []
        for line in block.rstrip(b"\n").split(b"\n"):
            name, _, rest = line.partition(b":")
            encoded = rest.startswith(b":")
            value = base64.b64decode(rest[1:].strip()) if encoded else rest.removeprefix(b" ")
            pairs.append((name, value))
        records.append((pairs[0][1], pairs[1:]))
    return records


@given(VALUES)
def test_any_value_survives(values: list[bytes]) -> None:
    entry = Entry("cn=Đặng,dc=vn", "1", (b"device",), {"cn": tuple(values)})
    ((name, pairs),) = read_back(b"".join(ldif_lines([entry])))
    assert name.decode() == "cn=Đặng,dc=vn"
    assert pairs == [(b"objectClass", b"device"), *((b"cn", value) for value in values)]


def test_no_line_is_longer_than_76_octets() -> None:
    text = b"".join(ldif_lines(accounts(3, title="Phó Giám đốc " * 20)))
    assert max(len(line) for line in text.split(b"\n")) <= 76


def test_slapadd_loads_what_we_export(ldap_server: TestSlapd, tmp_path: Path) -> None:
    ldap_server.stop()
    file = tmp_path / "export.ldif"
    file.write_bytes(b"".join(ldif_lines(accounts(20))))
    configuration = ldap_server.slapd.folder / "configuration"
    command = ["/usr/sbin/slapadd", "-q", "-n", "1", "-F", str(configuration), "-l", str(file)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
