"""For those who mean it ill."""

from tests.support.logs import lines

__all__ = ["lines"]
