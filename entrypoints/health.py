"""What is looked at to say whether the product works; `kernel.health` does the looking."""

import os
import platform
import shutil
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from entrypoints.embedded.state import PartCondition, read_state
from entrypoints.home import CHECKOUT, Home
from entrypoints.wiring import Services
from identity.directory.brake import list_open_stops
from identity.directory.pending import count_pending, refusals
from kernel.certificate_watch import count_ending, count_unseen, list_certificates
from kernel.health import Examiner, Finding, State
from kernel.jobs import SILENT_SECONDS, JobStanding, count_jobs, seconds_since_sign_of_life
from kernel.messages import Message
from mail_admin.domains.dkim import domains_without_key
from mail_admin.server.errors import MailServersNotConfigured
from mail_admin.usage.assembly import configured_logs
from mail_admin.usage.readings import BEHIND_SECONDS, list_readings
from sso.keys.service import signs_until
from sso.logout.deliveries import count_undelivered

MAIL_SECONDS = 3.0
GIBIBYTE = 1024**3
LITTLE_SHARE, LITTLE_BYTES = 0.10, 5 * GIBIBYTE
"""Of a disk; both together are worth a look."""
LEAST_BYTES = GIBIBYTE // 2
"""PostgreSQL and the mail servers stop soon below it."""
MANY_PENDING = 1000
DATABASE_SIZE = text("""
    SELECT current_setting('server_version'), pg_database_size(current_database())
""")
REVISION = text("SELECT version_num FROM alembic_version")
Question = Callable[[Session], Finding]


def examiner(services: Services) -> Examiner:
    """In the order in which the page shows them."""
    looking = Looking(services)
    return Examiner(
        {
            "database": looking.asked(_database),
            "schema": looking.asked(_schema),
            "directory": looking.directory,
            "projection": looking.asked(_projection),
            "worker": looking.asked(_worker),
            "jobs": looking.asked(_jobs),
            "mailboxes": looking.mailboxes,
            "sending": looking.sending,
            "logs": looking.asked(looking.logs),
            "signing-keys": looking.asked(looking.signing_keys),
            "dkim": looking.asked(_dkim),
            "certificates": looking.asked(looking.certificates),
            "sign-outs": looking.asked(_sign_outs),
            "disk": looking.disk,
            "parts": parts,
        }
    )


class Looking:
    """What needs more than a session."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def asked(self, question: Question) -> Callable[[], Finding]:
        def check() -> Finding:
            with self._services.database.transaction() as session:
                return question(session)

        return check

    def directory(self) -> Finding:
        with self._services.directory() as directory:
            directory.ping()
        return _good("Trả lời và cho hệ thống vào.", "Answers, and lets the service in.")

    def mailboxes(self) -> Finding:
        try:
            doveadm = self._services.doveadm()
        except MailServersNotConfigured:
            return _off(
                "Không khai báo giao diện của Dovecot (CONGVU_MAIL_SERVER__DOVEADM_URL).",
                "The API of Dovecot is not set (CONGVU_MAIL_SERVER__DOVEADM_URL).",
            )
        with doveadm:
            doveadm.ping(MAIL_SECONDS)
        return _good("Dovecot trả lời.", "Dovecot answers.")

    def sending(self) -> Finding:
        if not self._services.mailer.is_configured:
            return _off(
                "Không khai báo máy chủ gửi thư (CONGVU_MAIL__HOST): không có thư về mật khẩu.",
                "No mail server is set (CONGVU_MAIL__HOST): no mails about passwords.",
            )
        self._services.mailer.ping(MAIL_SECONDS)
        return _good("Máy chủ nhận thư của hệ thống.", "The server takes mail of ours.")

    def logs(self, session: Session) -> Finding:
        now = self._services.clock()
        readings = list_readings(session, configured_logs(self._services.settings.usage))
        if not readings:
            return _off("Không theo dõi nhật ký nào.", "No log is followed.")
        behind = ", ".join(one.source for one in readings if one.is_behind(now))
        parked = sum(one.parked for one in readings)
        if behind:
            return _warn(
                f"Đọc chậm hơn {BEHIND_SECONDS:.0f} giây: {behind}.",
                f"More than {BEHIND_SECONDS:.0f} seconds behind: {behind}.",
            )
        if parked:
            return _warn(
                f"Đọc đến hiện tại; {parked:,} dòng không đếm được.".replace(",", "."),
                f"Read up to now; {parked:,} lines could not be counted.",
            )
        return _good("Đọc đến hiện tại.", "Read up to now.")

    def signing_keys(self, session: Session) -> Finding:
        now = self._services.clock()
        ends = signs_until(session, now)
        lead = self._services.settings.sso.key_lead
        none = ", ".join(each.value for each, end in ends.items() if end is None)
        if none:
            return _bad(f"Không có khóa ký {none}.", f"No key signs with {none}.")
        first = min(end for end in ends.values() if end is not None)
        if first - now < lead / 2:
            return _warn(
                f"Khóa hết hạn ngày {first:%d/%m/%Y} mà chưa có khóa kế tiếp.",
                f"A key ends on {first:%d/%m/%Y} and has no successor.",
            )
        return _good(f"Có khóa đến ngày {first:%d/%m/%Y}.", f"Keys until {first:%d/%m/%Y}.")

    def certificates(self, session: Session) -> Finding:
        now = self._services.clock()
        known, unseen = list_certificates(session), count_unseen(session)
        ends = [one.ends_at for one in known if one.ends_at is not None]
        if not known:
            return _off("Chưa xem chứng thư số nào.", "No certificate was looked at yet.")
        if ended := sum(end <= now for end in ends):
            return _bad(f"{ended} chứng thư số đã hết hạn.", f"{ended} certificates have ended.")
        if ending := count_ending(session, now):
            return _warn(
                f"{ending} chứng thư số hết hạn trong 30 ngày tới.",
                f"{ending} certificates end within 30 days.",
            )
        if unseen:
            return _warn(
                f"Không xem được {unseen} chứng thư số.",
                f"{unseen} certificates could not be looked at.",
            )
        first = min(ends)
        return _good(
            f"Sớm nhất hết hạn ngày {first:%d/%m/%Y}.", f"The first ends {first:%d/%m/%Y}."
        )

    def disk(self) -> Finding:
        folders = {_standing(Home.from_environment(os.environ).path)}
        if spool := self._services.settings.audit.spool_folder:
            folders.add(_standing(spool))
        return min((_room(folder) for folder in sorted(folders)), key=_worst_first)


def _database(session: Session) -> Finding:
    version, size = session.execute(DATABASE_SIZE).one()
    plain = version.partition(" ")[0]
    gigabytes = f"{size / GIBIBYTE:.1f}"
    return _good(
        f"PostgreSQL {plain}, {gigabytes.replace('.', ',')} GB.",
        f"PostgreSQL {plain}, {gigabytes} GB.",
    )


def _schema(session: Session) -> Finding:
    present, wanted = session.scalar(REVISION), newest_revision()
    if present == wanted:
        return _good(f"Đúng phiên bản {present}.", f"At revision {present}, as it should be.")
    return _bad(
        f"Ở phiên bản {present}, chương trình cần {wanted}; chạy python -m entrypoints.prepare.",
        f"At revision {present}, the program needs {wanted}: run python -m entrypoints.prepare.",
    )


def _projection(session: Session) -> Finding:
    stops, refused = list_open_stops(session), sum(refusals(session).values())
    pending = count_pending(session)
    if stops:
        return _bad(
            "Phanh thay đổi hàng loạt đang giữ, chờ người quyết định.",
            "The mass-change brake holds, and waits for somebody's word.",
        )
    if refused:
        return _warn(
            f"Thư mục từ chối {refused:,} mục.".replace(",", "."),
            f"The directory refuses {refused:,} entries.",
        )
    state = _warn if pending > MANY_PENDING else _good
    return state(
        f"{pending:,} mục chờ ghi.".replace(",", "."), f"{pending:,} entries wait to be written."
    )


def _worker(session: Session) -> Finding:
    seconds = seconds_since_sign_of_life(session)
    if seconds is None:
        return _bad("Không chạy.", "Is not running.")
    if seconds > SILENT_SECONDS:
        return _bad(
            f"Không có dấu hiệu nào từ {seconds:.0f} giây trước.",
            f"No sign of life for {seconds:.0f} seconds.",
        )
    return _good(
        f"Đang chạy, báo lần cuối {seconds:.0f} giây trước.",
        f"Runs; last sign of life {seconds:.0f} seconds ago.",
    )


def _jobs(session: Session) -> Finding:
    counts = count_jobs(session)
    failed, broken = counts[JobStanding.FAILED], counts[JobStanding.INTERRUPTED]
    waiting = counts[JobStanding.WAITING]
    if failed or broken:
        return _warn(
            f"{failed} việc hỏng, {broken} việc bị ngắt, {waiting} việc chờ.",
            f"{failed} failed, {broken} interrupted, {waiting} waiting.",
        )
    return _good(f"{waiting} việc chờ, không việc nào hỏng.", f"{waiting} waiting, none failed.")


def _dkim(session: Session) -> Finding:
    names = domains_without_key(session)
    if names:
        listed = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")  # noqa: PLR2004  # enough to know where to look
        return _warn(f"Chưa có khóa: {listed}.", f"No key yet: {listed}.")
    return _good("Mọi tên miền đều có khóa.", "Every domain has a key.")


def _sign_outs(session: Session) -> Finding:
    count = count_undelivered(session)
    if count:
        return _warn(
            f"{count:,} lời báo chưa tới nơi.".replace(",", "."),
            f"{count:,} messages not delivered yet.",
        )
    return _good("Đã báo hết.", "All delivered.")


def parts() -> Finding:
    state = read_state(Home.from_environment(os.environ).path)
    if state.pid is None:
        return _off("Không do script/server quản lý.", "Not looked after by script/server.")
    running = [part for part in state.parts.values() if part.state is PartCondition.RUNNING]
    broken = [
        name
        for name, part in state.parts.items()
        if part.state not in {PartCondition.RUNNING, PartCondition.ABSENT}
    ]
    if broken:
        listed = ", ".join(broken)
        return _bad(f"Không chạy: {listed}.", f"Not running: {listed}.")
    restarts = sum(part.restarts for part in running)
    return _good(
        f"{len(running)} phần đang chạy, {restarts} lần khởi động lại.",
        f"{len(running)} parts run, restarted {restarts} times.",
    )


def versions() -> list[tuple[str, str]]:
    """Names and versions of what runs here."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    return [
        ("Công Vụ", str(project["version"])),
        ("Python", platform.python_version()),
        ("Linux", platform.release()),
    ]


@cache
def newest_revision() -> str | None:
    """Of the migrations that this program comes with."""
    script = ScriptDirectory.from_config(Config(str(CHECKOUT / "alembic.ini")))
    return script.get_current_head()


def _standing(folder: Path) -> Path:
    """It, or the nearest folder above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _room(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    free = f"{usage.free / GIBIBYTE:.1f}"
    vi = f"Còn {free.replace('.', ',')} GB ở {folder}."
    en = f"{free} GB free at {folder}."
    if usage.free < LEAST_BYTES:
        return _bad(vi, en)
    if usage.free < LITTLE_BYTES and usage.free < LITTLE_SHARE * usage.total:
        return _warn(vi, en)
    return _good(vi, en)


def _worst_first(finding: Finding) -> int:
    return (State.BAD, State.WARN, State.GOOD, State.OFF).index(finding.state)


def _good(vi: str, en: str) -> Finding:
    return Finding(State.GOOD, Message(vi, en))


def _warn(vi: str, en: str) -> Finding:
    return Finding(State.WARN, Message(vi, en))


def _bad(vi: str, en: str) -> Finding:
    return Finding(State.BAD, Message(vi, en))


def _off(vi: str, en: str) -> Finding:
    return Finding(State.OFF, Message(vi, en))
