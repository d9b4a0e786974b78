"""The columns of lists and forms with the titles they go by."""

import tomllib
from importlib.resources import files

from entrypoints.reference.markdown import code, table


def columns() -> str:
    text = (files("identity.hr_import") / "columns.toml").read_text(encoding="utf-8")
    titles: dict[str, list[str]] = tomllib.loads(text)["titles"]
    rows = ((code(column), ", ".join(names)) for column, names in titles.items())
    return table(("column", "titles"), rows)
