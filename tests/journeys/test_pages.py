"""Every page that each role can reach: no accessibility finding, nothing in the console, no sideways scrolling."""

import re
from collections import Counter
from urllib.parse import parse_qs, urldefrag, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT

pytestmark = pytest.mark.browser

ROLES = {
    "visitor": None,
    "drafter": "Asha Kulkarni",
    "signatory": "Rohan Deshmukh",
    "officer": "Meera Nair",
    "senior": "Vikram Rathore",
    "auditor": "Leela Bose",
    "analyst": "Nikhil Verma",
    "broker": "Farah Contractor",
    "administrator": "Joseph Mathew",
}
WIDTHS = {1280: 900, 390: 844}  # pixels, with the height of the window
MOST_PAGES = 70  # of one role
OF_ONE_KIND = {"/certificates/euc/": 4, "/undertakings/nru/": 2}  # one of every other kind
SHOWN_BY_ROLE = {"/", "/certificates/euc/"}
NOT_PAGES = re.compile(
    r"logout|\.pdf|\.json|\.csv|\.xlsx|/scans/\d+/|/evidence/\d+/|/\d+/evidence/|/static/|/admin/|/api/"
)
REFERENCE = re.compile(r"(EUC|NRU|LIC|CON)-[0-9A-Z]{10}-\d{4}-\d\d-\d{4,}")
WALKED_BEFORE: set[str] = set()  # kinds of pages that another role of this run has shown
TWO_FRAMES = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
ODD_PAGES = {
    "visitor": ["/nothing-here/", "/verify/?code=wrong", f"/v/{'a' * 32}/"],
    "drafter": ["/search/?q=8505.11", "/search/?q=nothing"],
    "officer": ["/deliveries/?state=DONE", "/search/?q=EUC"],
}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(people, screenshots, role):
    name = ROLES[role]
    person = people.enter(name) if name else people.visitor()
    findings = []
    for number, path in enumerate(pages_of(person, ODD_PAGES.get(role, [])), 1):
        person.opens(path)
        for width, height in WIDTHS.items():
            person.page.set_viewport_size({"width": width, "height": height})
            file = re.sub(r"[^a-z0-9]+", "-", kind_of(path)).strip("-") or "home"
            person.picture(screenshots / f"{role}-{number:02d}-{file}-{width}.png")
            findings += [f"{width} px {path}: {finding}" for finding in wrong_with(person.page)]
    assert not findings, "\n".join(findings)


def test_pages_that_refuse(people, screenshots):
    """Error summaries, half-typed pages and refused files, in dark colours as well."""
    drafter = people.enter("Asha Kulkarni")
    drafter.presses("New certificate")
    draft = drafter.page.url.removesuffix("draft/parties/")
    findings = []

    def look(what):
        for colours, width in (("light", 1280), ("dark", 390)):
            drafter.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            drafter.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            drafter.picture(screenshots / f"refused-{what}-{width}-{colours}.png")
            findings.extend(f"{what} {colours} {width} px: {f}" for f in wrong_with(drafter.page))

    drafter.opens(f"{draft}draft/order/")
    drafter.fills(po_number="PO\u200b1", po_date="31/02/2026")
    drafter.sees("Kept as typed")
    look("kept")
    drafter.presses("Save and continue")
    drafter.sees("There is a problem")
    look("order")
    drafter.opens(f"{draft}draft/evidence/")
    drafter.uploads("#id_file", name="report.pdf", content=b"MZ", media_type="application/pdf")
    drafter.presses("Upload")
    drafter.sees("There is a problem")
    look("evidence")
    drafter.opens(f"{draft}draft/goods/")
    drafter.presses("Add a line")
    drafter.fills(nd="110", net_weight_mg="1e3")
    drafter.presses("Save and continue")
    drafter.sees("There is a problem")
    look("line")
    drafter.opens("/tokens/make/")
    drafter.presses("Make the token")
    drafter.sees("There is a problem")
    look("token")
    drafter.opens("/certificates/from-file/")
    rows = b"po_number,itc_hs\nPO-7,12\nPO-8,85051190\n"
    drafter.uploads("#upload-file", name="orders.csv", content=rows, media_type="text/csv")
    drafter.presses("Upload")
    drafter.sees("Does not hold")
    look("file")
    assert not findings, "\n".join(findings)


def pages_of(person, odd: list[str]):
    """Addresses by walking the links from the first page; the odd ones last.

    Few of each kind, and of the kinds another role has shown only those that look different to each.
    """
    waiting, met, kinds = ["/"], {"/"}, Counter()
    shown = set(WALKED_BEFORE)
    while waiting and kinds.total() < MOST_PAGES:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kinds[kind] >= most_of(kind, shown):
            continue
        kinds[kind] += 1
        WALKED_BEFORE.add(kind)
        yield path
        fresh = [link for link in links_on(person) if link not in met]
        met.update(fresh)
        waiting += fresh
    yield from odd


def most_of(kind: str, shown: set[str]) -> int:
    if kind in shown:
        return int(kind in SHOWN_BY_ROLE)
    return OF_ONE_KIND.get(kind, 1)


def links_on(person) -> list[str]:
    """Links of the page that stay on this site and lead to pages, without fragments."""
    found = []
    for link in person.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
        address = urlsplit(urldefrag(link).url)
        path = address.path + (f"?{address.query}" if address.query else "")
        if link.startswith(person.people.product.url) and not NOT_PAGES.search(path) and path not in found:
            found.append(path)
    return found


def kind_of(path: str) -> str:
    """Addresses that differ by reference or number alone are of one kind; filters are told by their name."""
    address = urlsplit(path)
    plain = re.sub(r"\d+", "n", REFERENCE.sub(r"\1", address.path)).lower()
    plain = re.sub("^/v/.*", "/v/", plain)
    return plain + "".join(f"?{name}" for name in sorted(parse_qs(address.query)))


def wrong_with(page) -> list[str]:
    page.evaluate(TWO_FRAMES)  # what was just asked of the window is drawn: colours are judged as shown
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    wrong = [
        f"{rule['id']} ({rule['help']}): {'; '.join(node['html'][:160] for node in rule['nodes'][:3])}"
        for rule in found
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*wrong, f"{wide} px wider than the window"] if wide > 0 else wrong


def test_the_look_finds_what_is_wrong(people):
    """The control run: a picture without words and something too wide are both found."""
    visitor = people.visitor(width=390)
    visitor.opens("/accessibility/")
    visitor.page.evaluate(
        """() => {
          const main = document.getElementById('main');
          main.append(new Image(), document.createElement('pre'));
          main.lastChild.textContent = 'wide '.repeat(200);
          main.lastChild.className = 'text-nowrap position-absolute';
        }"""
    )
    found = wrong_with(visitor.page)
    assert any(finding.startswith("image-alt") for finding in found), found
    assert any("wider than the window" in finding for finding in found), found
