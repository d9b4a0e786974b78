from tests.support.small_usage import small

__all__ = ["small"]
