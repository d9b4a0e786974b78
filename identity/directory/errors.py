from kernel.errors import Conflict, Unavailable


class DirectoryUnavailable(Unavailable):
    """The directory did not do it: it is down, overloaded or too slow. Trying again may help.

    Nothing is known about the operations that were under way; all of them may be repeated.
    """

    code = "directory-unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Danh bạ LDAP không phản hồi: {reason}.", f"The directory does not answer: {reason}."
        )


class DirectoryRefused(Conflict):
    """The directory will not do it, now or later: what we ask for is wrong."""

    code = "directory-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Danh bạ LDAP từ chối: {reason}.", f"The directory refuses: {reason}.")


class AnotherReconcilerRuns(Conflict):
    code = "another-reconciler-runs"

    def __init__(self) -> None:
        super().__init__(
            "Một tiến trình khác (worker) đang ghi danh bạ; không cần làm gì thêm.",
            "Another process, the worker, is writing the directory; nothing more is needed.",
        )
