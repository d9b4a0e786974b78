from pydantic import BaseModel


class ReportSettings(BaseModel):
    """What the printed report says besides figures. Environment: CONGVU_REPORTS__*."""

    superior_body: str = "UBND TỈNH BẮC KẠN"
    """Above the issuing body at the head, as decree 30/2020/NĐ-CP wants it; may be empty."""
    issuing_body: str = "SỞ KHOA HỌC VÀ CÔNG NGHỆ"
    """Who reports."""
    number_suffix: str = "BC-SKHCN"
    """Behind the number that the clerk fills in: Số: …/BC-SKHCN."""
    place_name: str = "Bắc Kạn"
    """Before the date."""
    addressee: str = "Ủy ban nhân dân tỉnh"
    """Whom it is for; the line is left out when empty."""
    signer_title: str = "GIÁM ĐỐC"
    """Above the signature."""
    signer_name: str = ""
    """Below the signature; left open when empty."""
    recipients: list[str] = ["Như trên", "Lưu: VT"]
    """The list "Nơi nhận" at the lower left."""
