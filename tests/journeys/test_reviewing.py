"""A remark beside the field it is about, on the side-by-side page: by keyboard, narrow, and without scripts."""

import pytest

from tests.journeys.test_pages import wrong_with

pytestmark = pytest.mark.browser


def test_a_remark_is_written_beside_its_field(people, screenshots):
    officer = people.enter("Meera Nair")
    opens_the_review(officer)
    officer.reads_in("हिन्दी")
    assert not wrong_with(officer.page)
    officer.reads_in("English")
    findings = []
    for width, text in ((1280, "Which drawing shows it?"), (390, "And in which market?")):
        officer.page.set_viewport_size({"width": width, "height": 900})
        row = officer.page.locator("#row-end-use-0-position" if width == 1280 else "#row-end-use-0-product")
        comment = row.get_by_role("link", name="Comment")
        comment.press("Enter")
        row.locator("textarea:focus").wait_for()
        findings += wrong_with(officer.page)
        row.get_by_role("button", name="Keep comment").press("Enter")
        row.get_by_text("This field is required.").wait_for()
        officer.picture(screenshots / f"remark-{width}.png")
        findings += wrong_with(officer.page)
        row.locator("textarea").fill(text)
        row.get_by_role("link", name="Cancel").press("Enter")
        row.get_by_role("link", name="Comment").and_(officer.page.locator(":focus")).press("Enter")
        row.locator("textarea:focus").fill(text)
        row.get_by_role("button", name="Keep comment").press("Enter")
        row.locator(".comment:focus", has_text=text).wait_for()
        findings += wrong_with(officer.page)
        officer.picture(screenshots / f"remark-kept-{width}.png")
    assert not findings


def test_what_was_typed_outlives_a_lost_session(people):
    officer = people.enter("Meera Nair")
    opens_the_review(officer)
    row = officer.page.locator("#row-order-0-po_number")
    row.get_by_role("link", name="Comment").click()
    row.locator("textarea").fill("Which order?")
    officer.loses_the_session()
    row.get_by_role("button", name="Keep comment").click()
    row.get_by_text("What you typed is still here").wait_for()
    assert row.locator("textarea").input_value() == "Which order?"
    assert [problem for problem in officer.problems if "403" not in problem] == []
    officer.problems.clear()


def test_a_remark_is_written_without_scripts(people):
    officer = people.enter("Meera Nair", javascript=False)
    opens_the_review(officer)
    officer.presses("Comment Purchase order, date")
    officer.presses("Keep comment")
    officer.sees("This field is required.")
    officer.fills(text="Which day?")
    officer.presses("Keep comment")
    officer.sees("Which day?", "goes out when you return it")
    assert officer.page.url.endswith("/review/#row-order-0-po_date")


def opens_the_review(officer):
    officer.opens("/queue/")
    officer.page.locator("a[href^='/certificates/euc-' i]").first.click()
    officer.presses("Side by side")
