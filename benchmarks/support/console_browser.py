"""What a person at a slow line sees of a page, and when."""

import statistics
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from playwright.sync_api import BrowserContext, sync_playwright
from sqlalchemy import text

from benchmarks.support.console_addresses import ORGANISATIONS, PAGES, PEOPLE, USAGE
from benchmarks.support.installation import Installation
from benchmarks.support.report import Row, Section, Verdict
from console.session.cookies import SESSION_COOKIE
from tests.support.chromium import FLAGS, find_program

PAINT_LIMIT_MILLISECONDS, TREE_LIMIT_MILLISECONDS = 1000.0, 100.0
FAST_3G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1.6e6 / 8 * 0.9,
    "uploadThroughput": 750e3 / 8 * 0.9,
}
"""As in the developer tools of Chromium: 562 ms before each answer, 1.44 Mbit/s."""
PAINTED = """() => new Promise((resolve) => {
    const found = (entries) => entries.find((one) => one.name === "first-contentful-paint");
    const paint = found(performance.getEntriesByType("paint"));
    if (paint) { resolve(paint.startTime); return; }
    new PerformanceObserver((list) => {
        const late = found(list.getEntries());
        if (late) resolve(late.startTime);
    }).observe({type: "paint", buffered: true});
})"""
EXPAND = """() => new Promise((resolve) => {
    const branch = document.querySelector("ul.tree details");
    branch.open = false;
    requestAnimationFrame(() => setTimeout(() => {
        const began = performance.now();
        branch.querySelector("summary").click();
        requestAnimationFrame(() => {
            // comes after layout and paint of this frame
            const rendered = new MessageChannel();
            rendered.port1.onmessage = () => {
                const shown = branch.querySelector("ul").children;
                const last = shown[shown.length - 1].getBoundingClientRect();
                resolve([performance.now() - began, last.height ? shown.length : 0]);
            };
            rendered.port2.postMessage(null);
        });
    }));
})"""
FLAT = """UPDATE identity_organisation SET parent_id = top.id
FROM identity_organisation AS top
WHERE top.parent_id IS NULL AND identity_organisation.id <> top.id"""
AS_IT_WAS = """UPDATE identity_organisation SET parent_id = period.parent_id
FROM identity_organisation_period AS period
WHERE period.organisation_id = identity_organisation.id"""


def browser_sections(ours: Installation, secret: str, *, looks: int) -> Iterator[Section]:
    address = f"http://127.0.0.1:{ours.settings.web.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program(), args=list(FLAGS))
        context = browser.new_context(locale="vi-VN", viewport={"width": 1366, "height": 768})
        # the address is that of a site with TLS to the cookie, as loopback is to the browser
        cookie = {"name": SESSION_COOKIE, "value": secret, "secure": True}
        context.add_cookies([cookie | {"url": address.replace("http:", "https:")}])  # type: ignore[list-item]
        yield _paints(ours, context, address, looks)
        yield _tree(ours, context, address, looks)
        browser.close()


def _paints(ours: Installation, context: BrowserContext, address: str, looks: int) -> Section:
    """Each page is looked at once before, so that everything that may be kept is."""
    with ours.services.database.transaction() as session:
        people = PAGES["person"](session)
    pages = {"people": [PEOPLE], "person": people, "usage dashboard": [USAGE]}
    rows = []
    for name, addresses in pages.items():
        _paint(context, address, addresses[0], {})
        asked = islice(cycle(addresses), 1, 1 + looks)
        rows.append(_row(name, [_paint(context, address, one, FAST_3G) for one in asked]))
    verdicts = [
        Verdict(
            f"{row.side}: first contentful paint, ms",
            row.figures["median ms"],
            PAINT_LIMIT_MILLISECONDS,
            at_least=False,
        )
        for row in rows
    ]
    title = f"First contentful paint, Fast 3G, warm cache: {looks} looks"
    return Section("paint", title, rows, verdicts)


def _paint(context: BrowserContext, address: str, path: str, conditions: dict[str, float]) -> float:
    page = context.new_page()
    if conditions:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", conditions)
    page.goto(f"{address}{path}", wait_until="load")
    painted: float = page.evaluate(PAINTED)
    page.close()
    return painted


def _tree(ours: Installation, context: BrowserContext, address: str, looks: int) -> Section:
    """As the tree is, and with all organisations directly below the first."""
    rows = [_expanded("as it stands", context, address, looks)]
    _arrange(ours, FLAT)
    rows.append(_expanded("all directly below one", context, address, looks))
    _arrange(ours, AS_IT_WAS)
    verdicts = [
        Verdict(
            f"{row.side}: slowest, ms",
            row.figures["slowest ms"],
            TREE_LIMIT_MILLISECONDS,
            at_least=False,
        )
        for row in rows
    ]
    return Section("tree", "From the click to the rendered branch of the tree", rows, verdicts)


def _arrange(ours: Installation, statement: str) -> None:
    """Nothing of it is for the directory."""
    with ours.services.engine.begin() as connection:
        connection.execute(text("ALTER TABLE identity_organisation DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        connection.execute(text("ALTER TABLE identity_organisation ENABLE TRIGGER USER"))


def _expanded(name: str, context: BrowserContext, address: str, looks: int) -> Row:
    page = context.new_page()
    page.goto(f"{address}{ORGANISATIONS}", wait_until="load")
    found, shown = [], 0
    for _ in range(1 + looks):
        milliseconds, shown = page.evaluate(EXPAND)
        assert shown, "nothing was rendered"
        found.append(milliseconds)
    page.close()
    row = _row(name, found)
    return Row(row.side, {"children": float(shown), **row.figures})


def _row(name: str, found: Sequence[float]) -> Row:
    return Row(name, {"median ms": statistics.median(found), "slowest ms": max(found)})
