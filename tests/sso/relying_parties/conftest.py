from tests.support.chromium import browsing, chromium, page
from tests.support.provider import provider

__all__ = ["browsing", "chromium", "page", "provider"]
