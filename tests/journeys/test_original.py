"""The paper's way: the second stamp of the dual authentication, the courier, and a cover page anyone can check."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from euc.demonstration import picture
from tests.journeys import papers

pytestmark = pytest.mark.browser

ADDRESS = "/certificates/EUC-0388000001-2026-27-0001/original/"


def today():
    return datetime.now(ZoneInfo("Asia/Kolkata")).strftime("%d-%m-%Y")


def test_from_the_embassy_to_the_exporter(people, tmp_path):
    officer = people.enter("Meera Nair")
    officer.opens("/originals/")
    officer.sees("Chinese Embassy, Commercial Section")
    officer.opens(ADDRESS)
    officer.presses("Attested and received back: Chinese Embassy, Commercial Section")
    officer.fills(happened_on="31/02/2026", reference="JSC-0099", office="New Delhi", officer="L. Example")
    officer.presses("Record")
    officer.sees("There is a problem")
    officer.sees_typed(happened_on="31/02/2026", reference="JSC-0099")
    officer.fills(happened_on=today())
    officer.uploads("#id_scan", name="stamp.png", content=picture("stamp"), media_type="image/png")
    officer.presses("Record")
    officer.sees("Recorded.", "JSC-0099", "With the importer")

    drafter = people.enter("Asha Kulkarni")
    drafter.opens(ADDRESS)
    drafter.presses("Sent to China")
    courier = {"carrier": "Example Air", "waybill_kind": "AIR", "note": "Ningbo Demonstration Magnet"}
    drafter.fills(happened_on=today(), waybill="176-12345674", **courier)
    drafter.presses("Record")
    drafter.sees("The check digit of this air waybill is wrong")
    drafter.fills(waybill="176-12345675")
    drafter.presses("Record")
    drafter.sees("On the way to China", "176-12345675")

    drafter.opens(ADDRESS.removesuffix("original/"))
    drafter.sees("The signed document is ready.")
    drafter.presses("Dossier")
    drafter.sees("What a licensing desk may still ask for", "06-paper-original/")
    drafter.presses("Put the ZIP together")
    drafter.sees("The list of contents is sealed")
    unpacked = papers.unpacked(drafter.downloads("Download all as ZIP"), tmp_path / "dossier")
    scans = sorted(path.name for path in (unpacked / "06-paper-original").iterdir())
    assert len(scans) >= 3, scans  # in ink, the ministry's stamp, the embassy's
    assert (unpacked / "04-translations" / "texts.json").stat().st_size > 100
    drafter.opens(ADDRESS.removesuffix("original/"))
    drafter.presses("Its way, stamps and scans")
    drafter.presses("Make the cover page")
    drafter.sees("The cover page is being made; reload this page in a moment.")
    pdf = waits_for_the_cover_page(drafter)
    visitor = people.visitor()
    visitor.opens("/verify/")
    visitor.uploads("input[type=file]", name="cover.pdf", content=pdf, media_type="application/pdf")
    visitor.page.locator("form.upload button[type=submit]").first.click()
    visitor.sees("Genuine and in force", "EUC/0388000001/2026-27/0001")


def waits_for_the_cover_page(drafter):
    link = drafter.page.get_by_role("link", name="Cover page after")
    for _look in range(30):
        drafter.opens(ADDRESS)
        if link.count():
            break
        drafter.page.wait_for_timeout(500)
    with drafter.page.expect_download() as waiting:
        link.first.click()
    with open(waiting.value.path(), "rb") as file:
        return file.read()
