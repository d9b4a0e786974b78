"""A real name server (NSD) that is the authority for one zone, on a port of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from entrypoints.embedded.ports import LOOPBACK
from tests.support.daemon import running
from tests.support.ports import free_port

PROGRAM = "/usr/sbin/nsd"


@contextmanager
def serving_zone(folder: Path, zone: str, lines: Sequence[str]) -> Iterator[int]:
    """The port at which it answers for the zone with these lines, over UDP and TCP."""
    port = free_port()
    file, configuration = folder / "zone", folder / "nsd.conf"
    head = (
        f"$ORIGIN {zone}.\n$TTL 60\n@ IN SOA ns.{zone}. hostmaster.{zone}. 1 3600 900 604800 60\n"
    )
    file.write_text("\n".join([f"{head}@ IN NS ns.{zone}.", f"ns IN A {LOOPBACK}", *lines, ""]))
    configuration.write_text(f"""
server:
  ip-address: {LOOPBACK}
  port: {port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  database: ""
  logfile: "{folder}/nsd.log"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: {zone}
  zonefile: {file}
""")
    with running([PROGRAM, "-d", "-c", configuration], port=port, log=folder / "start.log"):
        yield port
