"""Builds everything once, from the settings, for whatever starts."""

import os
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import procrastinate
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from entrypoints.home import Home
from entrypoints.settings import Settings
from entrypoints.watched_certificates import watched_certificates
from entrypoints.web_processes import SHARED_FOLDER
from identity.accounts.jobs import PasswordJobs
from identity.accounts.passwords import Passwords
from identity.bulk.jobs import BulkJobs
from identity.directory.errors import DirectoryRefused, DirectoryUnavailable
from identity.directory.gateway import LdapDirectory
from identity.directory.jobs import DirectoryJobs
from identity.directory.reconciler import Reconciler
from identity.handover.settings import HandoverSettings
from identity.hr_import.jobs import ImportJobs
from identity.hr_import.service import Importer
from identity.people.citizen_numbers import CitizenNumbers
from kernel.access import Actor
from kernel.async_database import AsyncDatabase
from kernel.audit_spool import AuditSpool
from kernel.certificate_watch import CertificateJobs
from kernel.clock import Clock, utc_now
from kernel.database import Database, build_engine
from kernel.encryption import KeyRing
from kernel.job_notes import Noting
from kernel.jobs import build_jobs, connection_string
from kernel.mailer import Mailer
from kernel.notices import Notices
from kernel.outbound import Outbound
from kernel.return_path import ReturnPath
from kernel.slots import SharedSlots
from mail_admin.bounces.server import BounceServer
from mail_admin.bounces.service import ReturnedMail
from mail_admin.limits.protocol import Request
from mail_admin.limits.server import PolicyServer
from mail_admin.limits.service import OutgoingPolicy
from mail_admin.rate.keeper import FigureKeeper
from mail_admin.reminders.jobs import ReminderJobs
from mail_admin.reminders.planning import Pages
from mail_admin.reminders.service import Reminders
from mail_admin.senders.server import SenderServer
from mail_admin.senders.service import Named, SenderCheck
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.jobs import MailServerJobs
from mail_admin.signing.server import SigningServer
from mail_admin.signing.service import Signer
from mail_admin.usage.assembly import log_collectors
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.jobs import UsageJobs
from sso.assembly import SingleSignOn
from sso.jobs import SignOnJobs
from sso.keys.service import keep_keys_ready
from sso.logout.courier import Courier


@dataclass(frozen=True)
class Services:
    settings: Settings
    clock: Clock = utc_now

    @cached_property
    def engine(self) -> Engine:
        return build_engine(self.settings.database)

    @cached_property
    def database(self) -> Database:
        return Database(self.engine)

    @cached_property
    def async_database(self) -> AsyncDatabase:
        return AsyncDatabase(self.settings.database)

    @cached_property
    def notices(self) -> Notices:
        """Hearing already: whoever asks for them keeps something in memory."""
        notices = Notices(connection_string(self.settings.database.url))
        notices.start()
        return notices

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing(self.settings.encryption)

    @cached_property
    def citizen_numbers(self) -> CitizenNumbers:
        return CitizenNumbers(self.keys)

    @cached_property
    def importer(self) -> Importer:
        return Importer(
            self.keys, self.citizen_numbers, self.settings.imports, self.settings.mailboxes
        )

    @cached_property
    def passwords(self) -> Passwords:
        """Web processes share the processors: more hashes at once than those only get slower.

        They take turns rather than having a share each: people come to them at random, and one
        that nobody came to would leave its share idle.
        """
        chosen, folder = self.settings.passwords, os.environ.get(SHARED_FOLDER)
        slots = SharedSlots(Path(folder), chosen.parallel_hashes) if folder else None
        return Passwords(chosen, slots)

    @cached_property
    def spool(self) -> AuditSpool:
        settings = self.settings.audit
        folder = settings.spool_folder or Home.from_environment(os.environ).path / "spool"
        spool = AuditSpool(folder, settings, self.database, self.clock)
        spool.start()
        return spool

    @cached_property
    def outbound(self) -> Outbound:
        return Outbound(self.settings.outbound)

    @cached_property
    def sign_on(self) -> SingleSignOn:
        return SingleSignOn(
            issuer=self.settings.web.public_url,
            settings=self.settings.sso,
            database=self.database,
            async_database=self.async_database,
            notices=self.notices,
            ring=self.keys,
            citizen_numbers=self.citizen_numbers,
            passwords=self.passwords,
            make_spool=lambda: self.spool,
            fetcher=self.outbound,
            poster=self.outbound,
            clock=self.clock,
        )

    @cached_property
    def courier(self) -> Courier:
        sign_on = self.sign_on
        return Courier(
            self.database,
            sign_on.clients.get,
            sign_on.messengers,
            self.notices,
            attempt_seconds=self.settings.outbound.timeout_seconds,
        )

    def keep_keys_ready(self) -> None:
        """The very first request can sign. Repeating it changes nothing."""
        actor, settings, now = Actor.system("key schedule"), self.settings.sso, self.clock()
        with self.database.transaction() as session:
            keep_keys_ready(session, self.keys, settings, actor, now=now)

    @cached_property
    def handover(self) -> HandoverSettings:
        """Letters name the address of this installation unless another one is set."""
        chosen = self.settings.handover
        return chosen.model_copy(
            update={"public_url": chosen.public_url or self.settings.web.public_url}
        )

    @property
    def base_dn(self) -> str:
        return self.settings.directory.base_dn

    def directory(self) -> LdapDirectory:
        """A connection of its own for each thread that asks; close it."""
        return LdapDirectory(self.settings.directory)

    def doveadm(self) -> Doveadm:
        """For one thread; close it. Raises MailServersNotConfigured."""
        return Doveadm(self.settings.mail_server)

    def reconciler(self, directory: LdapDirectory) -> Reconciler:
        return Reconciler(
            self.database,
            directory,
            base_dn=self.base_dn,
            brake_settings=self.settings.directory.brake,
            clock=self.clock,
        )

    @cached_property
    def jobs(self) -> procrastinate.App:
        return build_jobs(self.settings.database.url, Noting(self.database, self.clock))

    @cached_property
    def import_jobs(self) -> ImportJobs:
        return ImportJobs(self.jobs, self.database, self.importer, self.clock)

    @cached_property
    def bulk_jobs(self) -> BulkJobs:
        return BulkJobs(self.jobs, self.database, self.clock)

    def every_task(self) -> procrastinate.App:
        """The jobs with all tasks registered, as building what has them does."""
        for built in (
            self.import_jobs,
            self.bulk_jobs,
            self.directory_jobs,
            self.sign_on_jobs,
            self.password_jobs,
            self.mail_server_jobs,
            self.usage_jobs,
            self.reminder_jobs,
            self.certificate_jobs,
        ):
            assert built  # noqa: S101
        return self.jobs

    @cached_property
    def certificate_jobs(self) -> CertificateJobs:
        home = Home.from_environment(os.environ).path
        return CertificateJobs(
            self.jobs,
            self.database,
            partial(watched_certificates, self.settings, home),
            self.settings.certificates.timeout_seconds,
            self.clock,
        )

    @cached_property
    def return_path(self) -> ReturnPath | None:
        """None where mail of ours comes back to nobody who reads it."""
        address = self.settings.mail.return_address
        return ReturnPath(self.keys, address) if address else None

    @cached_property
    def mailer(self) -> Mailer:
        return Mailer(self.settings.mail, self.return_path)

    @cached_property
    def password_jobs(self) -> PasswordJobs:
        return PasswordJobs(
            self.jobs,
            self.database,
            self.mailer,
            self.settings.passwords.reset,
            public_url=self.settings.web.public_url,
            clock=self.clock,
        )

    @cached_property
    def directory_jobs(self) -> DirectoryJobs:
        settings = self.settings.directory
        return DirectoryJobs(self.jobs, self.database, self.directory, settings, self.clock)

    @cached_property
    def sign_on_jobs(self) -> SignOnJobs:
        settings = self.settings.sso
        return SignOnJobs(self.jobs, self.database, self.keys, settings, self.clock)

    @cached_property
    def figure_keeper(self) -> FigureKeeper:
        return FigureKeeper(self.database, self.settings.usage_rate, self.clock)

    @cached_property
    def mail_server_jobs(self) -> MailServerJobs:
        return MailServerJobs(self.jobs, self.database, self.doveadm, self.clock)

    @cached_property
    def usage_jobs(self) -> UsageJobs:
        retention = self.settings.usage.retention
        counting, doveadm = self.usage_counting, self.doveadm
        return UsageJobs(self.jobs, counting, doveadm, retention, self.clock)

    @cached_property
    def usage_counting(self) -> Counting:
        """For what other systems report; each log has one of its own."""
        return Counting(self.database, self.settings.usage, self.clock)

    def usage_collectors(self) -> list[Collector]:
        return list(log_collectors(self.engine, self.database, self.settings.usage, self.clock))

    @cached_property
    def reminders(self) -> Reminders:
        public_url = self.settings.web.public_url
        return Reminders(
            self.database,
            self.mailer,
            self.settings.reminders,
            self.settings.limits,
            self.settings.usage_rate,
            pages=Pages(public_url, self.handover.activation_url),
            clock=self.clock,
        )

    @cached_property
    def reminder_jobs(self) -> ReminderJobs:
        return ReminderJobs(
            self.jobs, self.database, self.reminders, self.settings.limits, self.clock
        )

    def policy_server(self) -> PolicyServer:
        """What Postfix asks; its statements end before Postfix stops waiting."""
        policy = OutgoingPolicy(self.settings.limits, self.reminder_jobs.tell_of_limit)

        def decide(request: Request) -> str:
            with self.database.transaction() as session:
                return policy.decide(session, request, self.clock())

        return PolicyServer(self.settings.limits, decide)

    def bounce_server(self) -> BounceServer | None:
        """What Postfix hands returned mail to, where there is an address for it."""
        if self.return_path is None:
            return None
        returned = ReturnedMail(self.database, self.return_path, self.clock)
        return BounceServer(self.settings.bounces, returned.take)

    def sender_server(self) -> SenderServer:
        """What Postfix shows messages to, for whom they name as their sender."""
        mail = self.settings.mail
        check = SenderCheck(mail.username.lower(), mail.sender_address)

        def decide(message: Named) -> str | None:
            with self.database.transaction() as session:
                return check.decide(session, message, self.clock())

        return SenderServer(self.settings.senders, decide)

    def signing_server(self) -> SigningServer:
        """What Postfix shows messages to, for their DKIM signature."""
        signer = Signer(self.keys, self.settings.signing)
        return SigningServer(self.settings.signing, signer.bound_to(self.database, self.clock))

    def database_answers(self) -> bool:
        try:
            self.database.ping()
        except SQLAlchemyError:
            return False
        return True

    def directory_answers(self) -> bool:
        try:
            with self.directory() as directory:
                directory.ping()
        except (DirectoryUnavailable, DirectoryRefused):
            return False
        return True

    def close(self) -> None:
        """Stop the threads and give back the connections of what was built."""
        built = self.__dict__
        if "notices" in built:
            self.notices.stop()
        if "spool" in built:
            self.spool.close()
        if "async_database" in built:
            self.async_database.dispose()
        if "engine" in built:
            self.engine.dispose()
