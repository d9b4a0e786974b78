"""Why the one-machine default would not start. Every sentence says what to do."""

from pathlib import Path

from kernel.errors import Conflict, Invalid, Unavailable


class AlreadyRunning(Conflict):
    code = "already-running"

    def __init__(self, home: Path, pid: int) -> None:
        super().__init__(
            f"Công Vụ đang chạy với thư mục {home}, tiến trình {pid}.",
            f"Already running on {home}, pid {pid}.",
        )


class PortTaken(Conflict):
    code = "port-taken"

    def __init__(self, port: int, part: str) -> None:
        super().__init__(
            f"Cổng {port} ({part}) đang được chương trình khác dùng; "
            "hãy đặt CONGVU_PORT_BASE sang khoảng cổng khác.",
            f"Port {port} ({part}) is taken by another program; "
            "set CONGVU_PORT_BASE to move every port.",
            place=str(port),
        )


class ServerMissing(Unavailable):
    code = "server-missing"

    def __init__(self, server: str) -> None:
        super().__init__(
            f"Chưa cài {server}; hãy chạy script/bootstrap.",
            f"{server} is not installed; run script/bootstrap.",
            place=server,
        )


class ForeignDataVersion(Conflict):
    code = "foreign-data-version"

    def __init__(self, data: Path, found: str, installed: str) -> None:
        super().__init__(
            f"{data} do PostgreSQL {found} tạo nhưng máy này chỉ có PostgreSQL {installed}; "
            f"hãy cài postgresql-{found} hoặc chuyển dữ liệu bằng pg_upgrade.",
            f"{data} was made by PostgreSQL {found} but this machine has PostgreSQL {installed}; "
            f"install postgresql-{found}, or convert the data with pg_upgrade.",
            place=str(data),
        )


class HomeOfAnotherUser(Conflict):
    code = "home-of-another-user"

    def __init__(self, home: Path, owner: int) -> None:
        super().__init__(
            f"Thư mục {home} thuộc người dùng {owner}; hãy chạy bằng người dùng đó "
            "hoặc đặt CONGVU_HOME sang thư mục khác.",
            f"{home} belongs to user {owner}; run as that user, or set CONGVU_HOME elsewhere.",
            place=str(home),
        )


class SecretsLost(Conflict):
    code = "secrets-lost"

    def __init__(self, env_file: Path) -> None:
        super().__init__(
            f"Có dữ liệu nhưng không còn {env_file} chứa mật khẩu và khóa của dữ liệu đó; "
            "hãy khôi phục tệp từ bản sao lưu.",
            f"There are data, but {env_file} with their passwords and keys is gone; "
            "restore it from a backup.",
            place=str(env_file),
        )


class DataMissing(Unavailable):
    code = "data-missing"

    def __init__(self, link: Path, target: Path) -> None:
        super().__init__(
            f"{link} trỏ tới {target} nhưng thư mục này không còn; hãy khôi phục nó, "
            "hoặc xóa liên kết để bắt đầu với cơ sở dữ liệu trống.",
            f"{link} points to {target}, which is not there; bring it back, "
            "or remove the link to start with an empty database.",
            place=str(link),
        )


class PartFailed(Unavailable):
    code = "part-failed"

    def __init__(self, part: str, reason: str, log: Path | None, lines: str = "") -> None:
        where = "" if log is None else f"; {log}"
        super().__init__(
            f"{part} không khởi động được: {reason}{where}\n{lines}".rstrip(),
            f"{part} did not start: {reason}{where}\n{lines}".rstrip(),
            place=part,
        )


class ForeignServersConfigured(Invalid):
    code = "foreign-servers-configured"

    def __init__(self, names: list[str]) -> None:
        joined = ", ".join(names)
        super().__init__(
            f"{joined} được đặt trong môi trường, trong khi script/server tự chạy máy chủ của nó "
            "theo CONGVU_PORT_BASE; hãy bỏ các biến này.",
            f"{joined} is set in the environment, but script/server runs its own servers, "
            "on the ports from CONGVU_PORT_BASE; unset it.",
        )
