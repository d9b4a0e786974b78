"""Layer 1: database, errors, access, audit, jobs, encryption at rest; no business words."""
