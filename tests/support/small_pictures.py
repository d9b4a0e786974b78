"""Makes the pictures of an album small enough for the documentation: `python -m` this FROM TO."""

import subprocess
import sys
from pathlib import Path

from PIL import Image

COLOURS = 160
"""Pages have few; letters keep their smooth edges."""
MOST_BYTES = 100 * 1024
LETTER_WIDTH = 620


def main(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for letter in source.glob("*.pdf"):
        size = ["-scale-to-x", str(LETTER_WIDTH), "-scale-to-y", "-1", "-singlefile"]
        subprocess.run(["pdftoppm", "-png", *size, letter, letter.with_suffix("")], check=True)
    for picture in sorted(source.glob("*.png")):
        small = target / picture.name
        with Image.open(picture) as whole:
            whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
                small, optimize=True
            )
        size_of_it = small.stat().st_size
        if size_of_it > MOST_BYTES:
            raise SystemExit(f"{small} has {size_of_it} bytes; {MOST_BYTES} are allowed.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
