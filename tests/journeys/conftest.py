"""One running product for all journeys; a Chromium per module, so that no other test meets its event loop."""

from pathlib import Path

import pytest

from tests.journeys import machine
from tests.journeys.people import People
from tests.journeys.product import ROOT, Product

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
SCREENSHOTS = ROOT / "tests" / "screenshots"


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    running = Product(tmp_path_factory.mktemp("product"))
    running.prepare()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser():
    executable = machine.chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield chrome
        chrome.close()


@pytest.fixture
def people(product, browser, request):
    """Everybody of the story, each in a browser window of their own; nothing may go wrong in any of them."""
    cast = People(product, browser)
    yield cast
    failed = request.node.stash.get(FAILED, False)
    if failed:
        cast.picture_all(SCREENSHOTS / "failures", request.node.name)
    problems = cast.leave()
    assert failed or not problems, problems


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
