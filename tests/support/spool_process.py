"""A process that records without end until it is killed: `python -m` this module FOLDER.

It prints the number of each record once it is written down.
"""

import enum
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

from kernel.access import Actor
from kernel.audit import Basis
from kernel.audit_spool import AuditSettings, AuditSpool
from kernel.database import Database


class Tag(enum.StrEnum):
    THING_DONE = "thing:done"


def main() -> None:
    never_used = Database(create_engine("postgresql+psycopg://127.0.0.1:1/nowhere"))
    spool = AuditSpool(Path(sys.argv[1]), AuditSettings(), never_used)
    actor = Actor.system(sys.argv[2])
    for number in count():
        spool.record(actor, Tag.THING_DONE, None, Basis("test"), number=number)
        print(number, flush=True)  # noqa: T201  # what the test waits for


if __name__ == "__main__":
    main()
