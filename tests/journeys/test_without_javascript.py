"""The same drafting with scripts switched off: slower, with nothing missing."""

import pytest

from tests.journeys import papers

pytestmark = pytest.mark.browser


def test_from_a_draft_to_submission_without_javascript(people):
    drafter = people.enter("Asha Kulkarni", javascript=False)
    drafter.presses("New certificate")
    reference = drafter.text_of(".page-head .reference")

    drafter.fills(**papers.EXPORTER)
    drafter.presses("Save and continue")
    drafter.fills(po_number="PO-2026-0888", po_date="2026-W40-1")
    drafter.presses("Save and continue")
    drafter.sees("There is a problem")
    drafter.sees_typed(po_number="PO-2026-0888", po_date="2026-W40-1")
    drafter.fills(po_date="05/10/2026")
    drafter.presses("Save and continue")

    drafter.presses("Add a line")
    drafter.fills(**papers.LINE)
    drafter.presses("Save and continue")
    drafter.presses("Continue")
    drafter.fills(**papers.END_USE)
    drafter.presses("Save and continue")
    drafter.presses("Save and continue")
    for kind, file in (
        ("COMPOSITION_REPORT", papers.COMPOSITION_REPORT),
        ("BOARD_RESOLUTION", papers.BOARD_RESOLUTION),
    ):
        drafter.fills(kind=kind)
        drafter.uploads("#id_file", **file)
        drafter.presses("Upload")
        drafter.sees(f"{file['name']} was added.")
    drafter.presses("Continue")
    drafter.sees("Nothing is missing.")

    signatory = people.enter("Rohan Deshmukh", javascript=False)
    signatory.opens(f"/certificates/{reference.replace('/', '-')}/")
    signatory.presses("Sign and submit")
    signatory.sees("section 11(3)")
    signatory.fills(notice_seen=True)
    signatory.presses("Sign and submit")
    signatory.sees(f"{reference}: Signed and submitted.")
