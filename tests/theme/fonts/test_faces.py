import hashlib
from unicodedata import normalize

import pytest
from reportlab.pdfbase.ttfonts import TTFont

from theme.fonts import FILES, FOLDER, Face

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = {normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES} | set(
    "bcdđfghjklmnpqrstvwxz"
)
CENTRAL_HIGHLANDS = set("ĕĭŏŭƀčñ")


def letters_of(face: Face) -> set[str]:
    font = TTFont(face.value, FOLDER / FILES[face])
    return {chr(code) for code in font.face.charToGlyph}


@pytest.mark.parametrize("face", Face)
def test_every_face_draws_every_letter_of_vietnamese(face: Face) -> None:
    wanted = VIETNAMESE | {letter.upper() for letter in VIETNAMESE}
    assert wanted - letters_of(face) == set()


@pytest.mark.parametrize("face", [Face.REGULAR, Face.SEMIBOLD])
def test_the_text_faces_draw_names_of_the_central_highlands(face: Face) -> None:
    wanted = CENTRAL_HIGHLANDS | {letter.upper() for letter in CENTRAL_HIGHLANDS}
    assert wanted - letters_of(face) == set()


def test_files_are_those_that_the_checksums_name() -> None:
    listed = 0
    for sums in FOLDER.glob("*/SHA256SUMS"):
        for line in sums.read_text().splitlines():
            digest, name = line.split()
            assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == digest
            listed += 1
    vendored = [file for file in FOLDER.glob("*/*.*") if file.suffix != ".pyc"]
    assert listed == len(vendored)


def test_every_face_comes_with_its_licence() -> None:
    for file in FILES.values():
        licence = (FOLDER / file).parent / "LICENSE.txt"
        assert "SIL Open Font License, Version 1.1" in licence.read_text()
