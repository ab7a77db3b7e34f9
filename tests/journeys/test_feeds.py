"""A source that is asked: its page shows by itself how asking goes, also when it fails and works again."""

import re

import pytest

from euc import control
from tests.licensing.feed_server import feed_server

pytestmark = pytest.mark.browser


def test_from_the_address_to_the_report(people, screenshots):
    drafter = people.enter("Divya Gowda")
    drafter.opens("/licences/?status=FILED")
    drafter.page.locator("tbody th a").first.click()
    reference = re.search(r"LIC/[\w/-]+", drafter.text_of("#main"))[0]
    exporter = drafter.text_of("#exporter")
    drafter.opens("/licences/feeds/add/")
    with feed_server() as feed:
        feed.fault = "failing"
        drafter.fills(name="Exporter's system", exporter_name=exporter, url=feed.url)
        drafter.presses("Add")
        drafter.sees("Nothing was read yet")

        drafter.sees("It has been failing since", "The server answered with an error.")
        drafter.picture(screenshots / "feed-failing.png")
        feed.fault = ""
        today = f"{control.day_in_china():%Y-%m-%d}"
        feed.records = [{"id": "1", "case": reference, "station": "FILED", "date": today}, {"id": "2"}]
        drafter.presses("Read now")
        drafter.sees("The server answered with an error.", "1 with their reasons (CSV)")
        drafter.does_not_see("It has been failing since")
        drafter.picture(screenshots / "feed-read.png")
        assert drafter.page.locator("#feed-runs[hx-get]").count() == 0, "nothing is under way any more"
