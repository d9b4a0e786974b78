"""Layer 5: pages that span features."""
