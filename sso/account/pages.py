"""The templates of the pages of the own account."""

from pathlib import Path

from theme.pages import Pages

pages = Pages(Path(__file__).parent / "templates")
