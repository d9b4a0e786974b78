"""Layer 2: the shared look of pages and prints."""
