"""A small province with mailboxes of known use, and its figures."""

from tests.support.small_usage import small

__all__ = ["small"]
