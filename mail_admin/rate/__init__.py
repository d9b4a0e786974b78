"""The usage rate: one definition (docs/usage-rate.md), figures by organisation, closed months."""
