from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from identity.accounts.models import AccountKind
from identity.handover.batch import Batch, Letter, Reader
from identity.handover.settings import HandoverSettings
from identity.people.models import Sex
from kernel.audit import Basis

NewBatch = Callable[..., Batch]


@pytest.fixture
def settings() -> HandoverSettings:
    return HandoverSettings(
        public_url="https://congvu.example.vn/",
        issuing_office="Trung tâm Công nghệ thông tin tỉnh",
        contact="0209 3 000 000, giờ hành chính",
    )


@pytest.fixture
def nga() -> Letter:
    return Letter(
        kind=AccountKind.PERSONAL,
        account_id=UUID(int=1),
        name="Nguyễn Thị Hồng Nga",
        readers=(Reader("Nguyễn Thị Hồng Nga", Sex.FEMALE, "Chuyên viên"),),
        address="nganth@example.vn",
        login="nganth",
        code="7K2M-QX4T-9FDA-W0CE",
    )


@pytest.fixture
def clerks_box() -> Letter:
    return Letter(
        kind=AccountKind.ORGANISATION,
        account_id=UUID(int=2),
        name="Văn thư - Sở Tài chính",
        readers=(Reader("Lường Văn Đức", Sex.MALE, "Văn thư viên"),),
        address="vanthu.stc@example.vn",
        login="vanthu.stc",
        code="1B8S-5Z2Y-G6QD-0V7W",
    )


@pytest.fixture
def new_batch() -> NewBatch:
    def new_batch(
        *letters: Letter, name: str = "Sở Tài chính", code: str | None = "H03.5"
    ) -> Batch:
        return Batch(
            organisation_id=UUID(int=3),
            organisation_name=name,
            organisation_code=code,
            issued_on=date(2026, 1, 6),
            expires_on=date(2026, 2, 5),
            basis=Basis("new accounts", "143/2025/QĐ-UBND", date(2025, 12, 2)),
            letters=letters,
        )

    return new_batch


@pytest.fixture
def pages_of() -> Callable[[Callable[[BinaryIO], None]], list[str]]:
    """Writes a document and reads the text of each page back, on one line."""

    def pages_of(write: Callable[[BinaryIO], None]) -> list[str]:
        out = BytesIO()
        write(out)
        return [" ".join(page.extract_text().split()) for page in PdfReader(out).pages]

    return pages_of
