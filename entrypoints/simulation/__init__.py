"""A month of a province's mail, so that an installation to try things with has figures to show."""
