from tests.support.chromium import browsing, chromium, page

__all__ = ["browsing", "chromium", "page"]
