"""Papers arrive: an exporter's invoices at the desk, packing list and Bill of Entry on a phone; a person confirms."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser

LIST = "/consignments/documents/"
ORDER, EXPORTER = "PO-2026-0188", "Ningbo Demonstration Magnet Co., Ltd. (demonstration)"
INVOICES = "invoice_number,contract_number,exporter_name,description,hs,batch,weight_kg,pieces,value,currency"


def today():
    return datetime.now(ZoneInfo("Asia/Kolkata")).strftime("%d-%m-%Y")


def invoice(number, order=ORDER, weight="10"):
    goods = "NdFeB arc segment N42UH,8505111000"
    return f'{number},{order},"{EXPORTER}",{goods},H-{number},{weight},900,700.00,USD'


def brings(person, name, *lines):
    person.opens(LIST)
    content = "\n".join([*lines, ""]).encode()
    person.uploads("#upload-file", name=name, content=content, media_type="text/csv")
    person.presses("Upload")


def row(person, number):
    return person.page.locator("tbody tr", has_text=number)


def fits(person):
    """The page is no wider than the screen."""
    return person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def confirms_alone(person, *numbers):
    """Ticks these of the list, and no other that waits there."""
    boxes = person.page.locator("input[name=confirm]")
    for at in range(boxes.count()):
        boxes.nth(at).set_checked(False)
    for number in numbers:
        row(person, number).locator("input[name=confirm]").set_checked(True)
    person.page.locator("form[action$='/confirm/'] .form-actions button").click()


def test_papers_find_where_they_belong(people, screenshots):
    drafter = people.enter("Asha Kulkarni")
    brings(drafter, "broken.csv", INVOICES, invoice("AD-1", weight="1e3"))
    drafter.sees("What was not taken in")
    brings(drafter, "invoices.csv", INVOICES, invoice("AD-1"), invoice("AD-2", "PO-OTHER"), invoice("AD-3"))
    drafter.sees("3 documents were taken in.")
    assert "Sure" in row(drafter, "AD-1").inner_text()
    assert row(drafter, "AD-2").locator("input[name=confirm]").count() == 0
    assert "Contract or purchase order" in row(drafter, "AD-2").inner_text()
    assert fits(drafter)
    drafter.picture(screenshots / "arriving-list.png")

    drafter.presses("Commercial invoice AD-2")
    drafter.sees("What it belongs to", "PO-OTHER", ORDER, "differs", "agrees", "of 100")
    assert fits(drafter)
    drafter.picture(screenshots / "arriving-differs.png")
    drafter.page.locator("select[name=line-1]").select_option("")
    drafter.presses("Confirm and plan the consignment")
    drafter.sees("There is a problem")
    drafter.page.locator("select[name=line-1]").select_option(index=1)
    drafter.presses("Confirm and plan the consignment")
    drafter.sees("confirmed.", "AD-2", "10.000 kg")

    drafter.opens(LIST)
    confirms_alone(drafter, "AD-1", "AD-3")
    drafter.sees("2 documents were confirmed.")
    drafter.opens(f"{LIST}?state=CONFIRMED")
    row(drafter, "AD-1").locator("a.reference").click()
    consignment = drafter.page.url
    for verb in ("Book", "Declared to Chinese customs", "Released by Chinese customs", "Departed"):
        drafter.presses(verb)
        if verb == "Departed":
            drafter.fills(transport_document="160-12345675")
        drafter.page.locator("form .form-actions button[type=submit]").click()

    clerk = people.enter("Asha Kulkarni", width=390, height=844)
    head = "kind,invoice_number,description,weight_kg,pieces"
    brings(clerk, "packing.csv", head, "Packing list,AD-1,NdFeB arc segment N42UH,10,900")
    clerk.sees("1 document was taken in.")
    assert fits(clerk)
    clerk.picture(screenshots / "arriving-list-phone.png")
    head = "boe_number,boe_on,boe_type,port_of_entry,invoice_number,description,quantity,unit,assessable_value_inr"
    brings(
        clerk, "entry.csv", head, f"7788990,{today()},H,INBOM4,AD-1,NdFeB arc segment N42UH,10,KGS,58000.00"
    )
    clerk.sees("1 document was taken in.")
    clerk.presses("Bill of Entry 7788990")
    clerk.sees("Compared", "Invoice", "AD-1", "Quantity")
    assert fits(clerk)
    clerk.picture(screenshots / "arriving-entry-phone.png")
    clerk.presses("Confirm and file the Bill of Entry")
    clerk.sees("confirmed.")
    clerk.opens(consignment)
    clerk.sees("7788990", "Out of charge")
    assert fits(clerk)
