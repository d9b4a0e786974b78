"""Fixtures for every test. Each real server starts only when a test first asks for it."""

from tests.support.postgres import cluster, database_url, empty_database_url, migrated_template

__all__ = ["cluster", "database_url", "empty_database_url", "migrated_template"]
