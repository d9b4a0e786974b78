"""The folder that a one-machine installation lives in, and the ports it was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import Invalid

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_UNPRIVILEGED_PORT = 1024
PORTS_IN_A_ROW = 15
"""They start at the base (entrypoints/embedded/ports.py)."""
LAST_BASE = 65535 - PORTS_IN_A_ROW + 1


class PortBaseInvalid(Invalid):
    code = "port-base-invalid"

    def __init__(self, value: str) -> None:
        limits = f"{FIRST_UNPRIVILEGED_PORT}-{LAST_BASE}"
        super().__init__(
            f"CONGVU_PORT_BASE phải là một số trong khoảng {limits}, không phải {value!r}.",
            f"CONGVU_PORT_BASE must be a number in {limits}, not {value!r}.",
            place="CONGVU_PORT_BASE",
        )


@dataclass(frozen=True, slots=True)
class Home:
    path: Path
    port_base: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Home":
        """Raises PortBaseInvalid."""
        path = Path(environment.get("CONGVU_HOME") or CHECKOUT / "var")
        base = environment.get("CONGVU_PORT_BASE") or "8000"
        if not base.isdecimal() or not FIRST_UNPRIVILEGED_PORT <= int(base) <= LAST_BASE:
            raise PortBaseInvalid(base)
        return cls(path.expanduser().absolute(), int(base))

    @property
    def env_file(self) -> Path:
        return self.path / "congvu.env"
