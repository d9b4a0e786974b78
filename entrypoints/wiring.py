"""Builds everything once, from the settings, for whatever starts."""

from dataclasses import dataclass
from functools import cached_property

from entrypoints.settings import Settings
from identity.accounts.passwords import Passwords
from identity.hr_import.service import Importer
from identity.people.citizen_numbers import CitizenNumbers
from kernel.clock import Clock, utc_now
from kernel.database import Database, build_engine
from kernel.encryption import KeyRing


@dataclass(frozen=True)
class Services:
    settings: Settings
    clock: Clock = utc_now

    @cached_property
    def database(self) -> Database:
        return Database(build_engine(self.settings.database))

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
        return Passwords(self.settings.passwords)
