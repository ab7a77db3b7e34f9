"""An analyst opens what is overdue with the keyboard alone, on a desk and on a phone."""

import re

import pytest

from tests.journeys.people import People
from tests.journeys.test_keyboard import focus, tabs_to
from tests.journeys.test_pages import WIDTHS, wrong_with

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trade(product, tmp_path_factory):
    """A ministry with some trade to read of; the others' story stays as it is."""
    running = product.twin(tmp_path_factory.mktemp("trade"))
    done = running.manage("generate", "--certificates", "200", "--years", "1")
    assert done.returncode == 0, done.stderr[-3000:]
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=WIDTHS)
def analyst(trade, browser, request):
    cast = People(trade, browser)
    yield cast.enter("Nikhil Verma", width=request.param, height=WIDTHS[request.param])
    problems = cast.leave()
    assert not problems, problems


def test_what_is_overdue_is_opened_and_left_again(analyst, screenshots):
    analyst.opens("/figures/")
    analyst.page.keyboard.press("Tab")
    assert "Skip to main content" in focus(analyst)["text"]
    analyst.page.keyboard.press("Enter")

    goes_to(analyst, "Of these overdue")
    counted = int(re.search(r"[\d,]+", analyst.text_of(".stat.tone-danger .stat-value"))[0].replace(",", ""))
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url("**/figures/overdue/**")
    looks_well(analyst, screenshots, "overdue")

    past_the_head(analyst)
    goes_to(analyst, "Group and narrow")
    analyst.page.keyboard.press("Enter")
    tabs_to(analyst, lambda at: at["name"] == "days")
    for key, choice in (("Down", "1–15 days"), ("Down", "16–30 days"), ("Up", "1–15 days")):
        analyst.page.keyboard.press(f"Arrow{key}")  # and nothing is sent on the way
        assert chosen(analyst) == choice
    goes_to(analyst, "Filter")
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url("**days=1-15**")
    analyst.sees("Narrowed to")

    goes_to(analyst, "Remove: 1–15 days")
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url(lambda url: "days=" not in url)
    past_the_head(analyst)
    goes_to(analyst, "The rows behind it")
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url("**/overdue/rows/**")
    analyst.sees(f"{counted} application")
    assert analyst.page.locator("tbody tr").count() == min(counted, 25)
    looks_well(analyst, screenshots, "overdue-rows")

    past_the_head(analyst)
    goes_to(analyst, "Applications overdue")
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url(re.compile("/figures/overdue/[?]?$"))


def test_a_table_is_unfolded_and_its_band_opened(analyst):
    analyst.opens("/figures/")
    past_the_head(analyst)
    table = analyst.page.locator(
        "section.panel", has=analyst.page.get_by_role("link", name="Applications overdue")
    )
    is_folded = analyst.page.viewport_size["width"] < 768
    goes_to(analyst, "Applications overdue", most=90)
    if is_folded:
        goes_to(analyst, "Table of 4 rows", most=2)
        assert not table.locator("table").is_visible()
        for shown in (True, False, True):
            analyst.page.keyboard.press("Enter")
            assert table.locator("table").is_visible() is shown
    goes_to(analyst, "1–15 days", most=2)
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url("**/overdue/rows/?days=1-15")
    analyst.page.go_back()
    analyst.page.wait_for_url(re.compile("/figures/(#main)?$"))


def chosen(analyst) -> str:
    return analyst.page.locator("#id_days").evaluate("at => at.selectedOptions[0].text")


def past_the_head(analyst) -> None:
    """By the link at the beginning of the page, as one does on every page."""
    analyst.page.wait_for_load_state()
    analyst.page.keyboard.press("Tab")
    assert "Skip to main content" in focus(analyst)["text"]
    analyst.page.keyboard.press("Enter")


def goes_to(analyst, name: str, most: int = 40) -> None:
    tabs_to(analyst, lambda at: " ".join(at["text"].split()) == name, most)


def looks_well(analyst, screenshots, name: str) -> None:
    width = analyst.page.viewport_size["width"]
    analyst.picture(screenshots / f"keyboard-{name}-{width}.png")
    assert not wrong_with(analyst.page)
