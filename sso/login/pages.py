"""The templates of the pages of signing in."""

from pathlib import Path

from theme.pages import Pages

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
pages = Pages(FOLDER / "templates", static={"login": STATIC})
