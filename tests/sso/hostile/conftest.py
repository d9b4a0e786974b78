"""The application with a clock that tests can move, for those who mean it ill."""

from tests.sso.protocol.conftest import clock, hands, services
from tests.support.logs import lines

__all__ = ["clock", "hands", "lines", "services"]
