"""Machines beside people: a program drafts by a token made in the browser, the worker drafts from a file."""

import json
from urllib.request import Request, urlopen

import pytest

from documents import sheets
from euc import draft_sheets, examples

pytestmark = pytest.mark.browser


def test_a_program_drafts_by_a_token(people):
    drafter = people.enter("Asha Kulkarni")
    drafter.opens("/tokens/")
    drafter.presses("Make a token")
    drafter.fills(name="Purchasing system")
    drafter.page.get_by_label("Read and draft").check()
    drafter.presses("Make the token")
    drafter.sees("Copy it now")
    secret = drafter.page.locator("code.text-break").inner_text()

    headers = {
        "Authorization": f"Token {secret}",
        "Idempotency-Key": "PO-JOURNEY",
        "Content-Type": "application/json",
    }
    body = examples.DRAFT | {"order": examples.ORDER | {"po_number": "PO-JOURNEY"}}
    address = f"{people.product.url}/api/v1/certificates/"
    answers = []
    for _ in range(2):
        request = Request(address, json.dumps(body).encode(), headers)
        with urlopen(request, timeout=30) as answer:
            answers.append(json.load(answer)["reference"])
    assert answers[0] == answers[1]
    drafter.opens("/certificates/?q=PO-JOURNEY")
    drafter.sees(answers[0])

    drafter.opens("/tokens/")
    drafter.presses("Revoke Purchasing system")
    drafter.sees("Revoked")


def test_a_file_becomes_drafts(people):
    drafter = people.enter("Asha Kulkarni")
    drafter.opens("/certificates/")
    drafter.presses("Draft from a file")
    head, example = draft_sheets.template()
    rows = [
        dict(zip(head, example, strict=True)) | {"po_number": f"PO-FILE-{number}"} for number in range(13)
    ]
    rows[4]["itc_hs"] = "12"
    content = sheets.csv_of([head, *([row[name] for name in head] for row in rows)])
    drafter.uploads("#upload-file", name="orders.csv", content=content, media_type="text/csv")
    drafter.presses("Upload")
    drafter.sees("Does not hold", "PO-FILE-4")
    drafter.presses("Draft 12 orders and skip the others")
    drafter.sees("Drafted 12 of 13 orders.")
    reasons = drafter.downloads("Reasons (CSV)").decode("utf-8-sig")
    assert "PO-FILE-4" in reasons
    assert "PO-FILE-5" not in reasons
