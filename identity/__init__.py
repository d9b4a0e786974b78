"""Layer 3: the registry of record: organisations, people, accounts and their directory copy."""
