from kernel.errors import Invalid


class UsageSourceInvalid(Invalid):
    code = "usage-source-invalid"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” không dùng được làm tên nguồn: cần 1–40 chữ thường không dấu, chữ số, - hoặc"
            " _, và khác dovecot, postfix.",
            f"“{name}” cannot name a source: 1 to 40 small letters, digits, - or _, and neither"
            " dovecot nor postfix.",
            place="source",
        )


class UsageFileInvalid(Invalid):
    code = "usage-file-invalid"

    def __init__(self, reason_vi: str, reason_en: str, *, place: str | None = None) -> None:
        """The header or the size of a file to import is wrong; the sentence says how."""
        super().__init__(reason_vi, reason_en, place=place)


class UsageRowsRefused(Invalid):
    code = "usage-rows-refused"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} dòng sai; chưa có gì được ghi.",
            f"{count} rows are wrong; nothing was written.",
        )


class UsageReportInvalid(Invalid):
    code = "usage-report-invalid"

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(
            f"Dòng {line} không đúng dạng của một sự kiện; chưa có gì được ghi.",
            f"Line {line} is no event: {reason}; nothing was written.",
            place=f"line {line}",
        )
