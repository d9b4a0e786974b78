from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE
from uuid import UUID

import pytest

from identity.handover.batch import Batch, Letter
from identity.handover.files import write_batches
from identity.handover.settings import HandoverSettings

NewBatch = Callable[..., Batch]


def test_nobody_else_can_read_the_files(
    tmp_path: Path, settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    folder = tmp_path / "handover"
    paths = write_batches([new_batch(nga)], folder, settings)
    assert S_IMODE(folder.stat().st_mode) == 0o700
    assert [S_IMODE(path.stat().st_mode) for path in paths] == [0o600] * 3
    assert sorted(folder.iterdir()) == sorted(paths)


def test_files_are_named_after_the_agency_code(
    tmp_path: Path, settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    paths = write_batches([new_batch(nga, code="000.00.12.H03")], tmp_path, settings)
    assert [path.name for path in paths] == [
        "000.00.12.H03_thu-kich-hoat.pdf",
        "000.00.12.H03_bien-ban-ban-giao.pdf",
        "000.00.12.H03_danh-sach.csv",
    ]


def test_organisations_without_code_and_of_one_name_do_not_share_files(
    tmp_path: Path, settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    first = new_batch(nga, name="Trạm Y tế / ../..", code=None)
    second = replace(first, organisation_id=UUID("12345678-0000-4000-8000-000000000000"))
    paths = write_batches([first, second], tmp_path, settings)
    assert len(set(paths)) == 6
    assert {path.parent for path in paths} == {tmp_path}


def test_a_later_run_replaces_the_files_of_an_earlier_one(
    tmp_path: Path, settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    write_batches([new_batch(nga)], tmp_path, settings)
    *_, table = write_batches(
        [new_batch(replace(nga, code="AAAA-BBBB-CCCC-DDDD"))], tmp_path, settings
    )
    assert nga.code not in table.read_text()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(
    tmp_path: Path, settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    unprintable = new_batch(replace(nga, readers=()))  # a person's letter has its reader
    with pytest.raises(ValueError, match="unpack"):
        write_batches([unprintable], tmp_path, settings)
    assert list(tmp_path.iterdir()) == []
