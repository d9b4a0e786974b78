"""Write the generated parts of docs/reference anew."""

from entrypoints.home import CHECKOUT
from entrypoints.reference.pages import current_pages


def main() -> None:
    for path, text in current_pages():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(CHECKOUT)}")  # noqa: T201  # a tool of developers


if __name__ == "__main__":
    main()
