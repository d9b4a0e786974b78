"""What is measured of the sign-in page, and what was promised."""

from benchmarks.support.comparison import Side, compare
from benchmarks.support.processes import peak_memory
from benchmarks.support.provider import PASSWORD
from benchmarks.support.report import Row, Section, Verdict
from benchmarks.support.sign_ins import BareHashes, Office
from benchmarks.support.stage import Stage
from benchmarks.support.token_sections import rows

SHARE_OF_HASHES = 0.8
MEGABYTE = 1024 * 1024


def sign_in(stage: Stage) -> Section:
    """Right passwords, against the hash alone on the same cores."""
    ours, settings = stage.ours, stage.ours.place.settings.passwords
    sides = [Side(ours.name, office(stage).load, ours.everything), BareHashes(settings).side()]
    measured = compare(sides, stage.rounds)
    share = measured[0].rate / measured[1].rate
    verdict = Verdict("sign-ins ÷ hashes", share, SHARE_OF_HASHES)
    return Section("sign-in", "sign-ins with a password", rows(measured), [verdict])


def storm(stage: Stage) -> Section:
    """Everybody at the same moment, from behind one address."""
    people, ours = office(stage), stage.ours
    with peak_memory(ours.web) as memory:
        load = people.storm()
    figures = {
        "people": load.requests,
        "lost": load.failed,
        "sign-ins/s": load.rate,
        "p50 ms": load.median,
        "p99 ms": load.p99,
        "MiB before": memory[0] / MEGABYTE,
        "MiB at most": memory[-1] / MEGABYTE,
    }
    verdicts = [
        Verdict("lost", load.failed, 1, at_least=False),
        Verdict("MiB at most", memory[-1] / MEGABYTE, 1024, at_least=False),
    ]
    return Section("storm", "all of them at once", [Row(ours.name, figures)], verdicts)


def office(stage: Stage) -> Office:
    return Office(stage.ours.url, stage.ours.logins, PASSWORD)
