"""From a reported licence to a reconciled mass balance; the goods receipt is done on a phone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from euc.demonstration import picture

pytestmark = pytest.mark.browser


def today():
    return datetime.now(ZoneInfo("Asia/Kolkata")).strftime("%d-%m-%Y")


def test_from_the_licence_to_the_mass_balance(people):
    drafter = people.enter("Asha Kulkarni")
    drafter.opens("/licences/?status=OPEN")
    drafter.page.locator("tbody th a").first.click()
    case = drafter.page.url
    drafter.sees("The statutory clock")
    drafter.presses("Report what is known")
    drafter.fills(claimed="ISSUED", claimed_on=today(), number="26-JN-000777")
    drafter.presses("Report")
    drafter.sees("There is a problem", "This is needed with a licence number.")
    drafter.sees_typed(number="26-JN-000777")
    drafter.fills(issued_on=today(), expires_on="31-12-2099", type="GENERAL", weight__1="25")
    drafter.fills(confidence="HIGH", note="The licence itself was shown")
    drafter.presses("Report")
    if drafter.page.get_by_role("link", name="This one stands licence issued").count():
        drafter.presses("This one stands licence issued")
        drafter.fills(reason="The licence was seen")
        drafter.presses("This report stands")
    drafter.sees("26-JN-000777", "25.000 kg")

    drafter.opens(case)
    drafter.page.locator("a.reference[href*='/certificates/']").first.click()
    drafter.presses("Consignments and mass balance")
    balance = drafter.page.url
    drafter.page.get_by_role("link", name="Plan a consignment").first.click()
    drafter.fills(invoice_number="JN-1", invoice_date=today(), mode="AIR", transport_document="160-12345676")
    drafter.fills(
        lots__0__line="1", lots__0__batch="HEAT-77", lots__0__weight_mg="26", lots__0__pieces="2600"
    )
    drafter.presses("Save")
    drafter.sees("The check digit of this air waybill is wrong")
    drafter.sees_typed(invoice_number="JN-1", lots__0__batch="HEAT-77")
    drafter.fills(transport_document="160-12345675")
    drafter.presses("Save")
    drafter.sees("Saved. Nothing is reserved until you book it.")
    consignment = drafter.page.url
    drafter.presses("Book")
    drafter.presses("Book")
    drafter.sees("Line 1 of the licence has 25.000 kg left")
    drafter.opens(consignment)
    drafter.presses("Change")
    drafter.fills(lots__0__weight_mg="25", lots__0__pieces="2500")
    drafter.presses("Save")
    for verb, filled in (
        ("Book", {}),
        ("Declared to Chinese customs", {"customs_remark": "属于两用物项 1C904.a"}),
        ("Released by Chinese customs", {}),
        ("Departed", {}),
        ("Arrived in India", {}),
        ("Bill of Entry filed", {"boe_number": "7654321", "port_of_entry": "INBOM4"}),
        ("Out of charge", {}),
    ):
        drafter.presses(verb)
        drafter.fills(**filled)
        drafter.page.locator("form .form-actions button[type=submit]").click()

    clerk = people.enter("Asha Kulkarni", width=390, height=844)
    clerk.opens(consignment)
    clerk.presses("Receive the goods")
    clerk.fills(place="Chakan plant", receipt_number="GRN-77", received__1="24.5", pieces__1="2450")
    photograph = {"name": "goods.png", "content": picture("goods"), "media_type": "image/png"}
    clerk.uploads("#id_photograph", **photograph)
    clerk.page.locator("form .form-actions button[type=submit]").click()
    clerk.sees("received short", "Not received")
    clerk.presses("1 · HEAT-77")
    clerk.page.get_by_role("link", name="Issue to production", exact=True).click()
    clerk.fills(weight_mg="24.6", pieces="100", document="WO-77")
    clerk.page.locator("form .form-actions button[type=submit]").click()
    clerk.sees("holds 24.500 kg")
    clerk.fills(weight_mg="10", pieces="1000")
    clerk.page.locator("form .form-actions button[type=submit]").click()
    clerk.sees("Posted.", "In production · Chakan plant")
    wide = clerk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0

    signatory = people.enter("Rohan Deshmukh")
    signatory.opens(consignment)
    signatory.presses("Reconcile")
    signatory.presses("Reconcile")
    signatory.sees("Reconciled")

    officer = people.enter("Meera Nair")
    officer.opens(balance)
    officer.sees("Mass balance", "In production", "10.000 kg", "Part of it was never received.")
    table = officer.downloads("CSV").decode("utf-8-sig")
    assert "In production,Chakan plant,10000000,1000" in table
