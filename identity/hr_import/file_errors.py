"""Why a whole file is refused. Each says what to do about it; nothing of the file was imported."""

from kernel.errors import Invalid


class FileRefused(Invalid):
    """The file cannot be read as a list, or is not safe to read."""

    code = "file-refused"


class FileEmpty(FileRefused):
    code = "file-empty"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp không có dữ liệu. Hãy kiểm tra lại tệp rồi gửi lại.",
            "The file holds no data. Check it and send it again.",
            place=place,
        )


class FileTooLarge(FileRefused):
    code = "file-too-large"

    def __init__(self, limit_vi: str, limit_en: str, place: str) -> None:
        super().__init__(
            f"Tệp quá lớn: {limit_vi}. Hãy chia danh sách thành nhiều tệp, "
            "xóa các hàng, cột thừa rồi gửi lại.",
            f"The file is too large: {limit_en}. Split the list, "
            "delete stray rows and columns, and send it again.",
            place=place,
        )


class FileInflatesTooMuch(FileRefused):
    code = "file-inflates-too-much"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp bung ra quá lớn so với kích thước khai báo (dấu hiệu của tệp nén độc hại).",
            "The file unpacks to far more than it declares or than a list needs (a zip bomb).",
            place=place,
        )


class FileCorrupt(FileRefused):
    code = "file-corrupt"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp bị hỏng hoặc chưa được tải lên đầy đủ. Hãy mở bằng Excel, lưu lại rồi gửi lại.",
            "The file is damaged or cut short. Open it in Excel, save it again and resend it.",
            place=place,
        )


class FileEncrypted(FileRefused):
    code = "file-encrypted"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp được đặt mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.",
            "The file is protected by a password. Remove the password and send it again.",
            place=place,
        )


class FileTypeWrong(FileRefused):
    code = "file-type-wrong"

    def __init__(self, seen_vi: str, seen_en: str, place: str) -> None:
        super().__init__(
            f"Chỉ nhận tệp .xlsx hoặc .csv đúng định dạng; tệp này là {seen_vi}. "
            "Hãy lưu lại dưới dạng Excel (.xlsx) rồi gửi lại.",
            f"Only genuine .xlsx and .csv files are read; this one is {seen_en}. "
            "Save it as an Excel workbook (.xlsx) and send it again.",
            place=place,
        )


class FileHasMacros(FileRefused):
    code = "file-has-macros"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp chứa macro. Hãy lưu lại dưới dạng .xlsx không có macro rồi gửi lại.",
            "The file contains macros. Save it as .xlsx without macros and send it again.",
            place=place,
        )


class FileHasForeignContent(FileRefused):
    code = "file-has-foreign-content"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp có liên kết hoặc đối tượng nhúng từ bên ngoài. "
            "Hãy sao chép danh sách sang một tệp mới, chỉ dán giá trị, rồi gửi lại.",
            "The file links to or embeds foreign content. "
            "Copy the list into a new file as values only and send it again.",
            place=place,
        )


class FileHasDangerousFormula(FileRefused):
    code = "file-has-dangerous-formula"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp có công thức gọi ra bên ngoài bảng tính. "
            "Hãy sao chép danh sách sang một tệp mới, chỉ dán giá trị, rồi gửi lại.",
            "The file has a formula that reaches outside the workbook. "
            "Copy the list into a new file as values only and send it again.",
            place=place,
        )


class FileHasDoctype(FileRefused):
    code = "file-has-doctype"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Tệp khai báo kiểu tài liệu hoặc thực thể XML, điều không có trong tệp Excel thật.",
            "The file declares an XML document type or entity, which no genuine workbook does.",
            place=place,
        )


class HeaderNotFound(FileRefused):
    code = "header-not-found"

    def __init__(self, place: str) -> None:
        super().__init__(
            "Không tìm thấy hàng tiêu đề cột (ví dụ: STT, Họ và tên, Đơn vị công tác). "
            "Hãy dùng biểu mẫu danh sách rồi gửi lại.",
            "No row of column titles was found (such as STT, Họ và tên, Đơn vị công tác). "
            "Use the list form and send it again.",
            place=place,
        )
