"""The main job: from an empty draft to a signed certificate that anyone can check, and to its end."""

import pytest

from tests.journeys import papers

pytestmark = pytest.mark.browser

DRAFTER, SIGNATORY = "Asha Kulkarni", "Rohan Deshmukh"
OFFICER, SENIOR = "Meera Nair", "Vikram Rathore"


def test_from_a_draft_to_a_certificate_anyone_can_check(people, product, tmp_path, screenshots):
    drafter = people.enter(DRAFTER)
    reference, address = begins_a_certificate(drafter)

    names_the_exporter(drafter)
    keeps_a_half_typed_order(drafter, product, address)
    describes_the_goods(drafter)
    follows_the_open_points_to_the_field(drafter, address)
    describes_the_end_use(drafter)
    chooses_undertakings(drafter)
    adds_the_evidence(drafter, address)

    signatory = people.enter(SIGNATORY)
    reads_signs_and_submits(signatory, reference, address)

    officer = people.enter(OFFICER)
    returns_it_with_a_comment(officer, reference, address)
    mends_what_was_asked(drafter, address)
    submits_again(signatory, address)
    sees_what_changed_and_approves(officer, reference, address)

    senior = people.enter(SENIOR)
    issues(senior, reference, address)
    pdf = gets_the_document_without_a_reload(senior)

    both = signs_with_the_token(signatory, product, pdf, address, tmp_path)
    kept = fetches_the_dossier(drafter, address, tmp_path)
    assert kept.startswith(both)
    assert len(kept) > len(both)  # with the lists of revoked certificates behind

    verifier = people.visitor()
    uploads_it(verifier, both)
    uploads_it(verifier, kept)
    scans_the_code(verifier, product, pdf, tmp_path)
    reads_it_in_three_languages(verifier, screenshots)
    uploads_it(verifier, pdf)

    revokes(senior, address)
    is_told_at_once(verifier, product, pdf, tmp_path)
    reads_who_did_what(drafter, address)
    verified = product.manage("verify_audit")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def begins_a_certificate(drafter):
    drafter.presses("New certificate")
    drafter.sees("Parties", "Sahyadri EV Motors")
    reference = drafter.text_of(".page-head .reference")
    assert reference.startswith("EUC/0388000001/")
    return reference, f"/certificates/{reference.replace('/', '-')}/"


def names_the_exporter(drafter):
    drafter.types("exporter-name", "Ningbo Demonstration")
    drafter.waits_until_saved()
    drafter.fills(**papers.EXPORTER)
    drafter.presses("Save and continue")
    drafter.sees("Purchase order number")


def keeps_a_half_typed_order(drafter, product, address):
    """A date that does not exist survives a reload, a lost session and a restart of the product."""
    drafter.fills(po_number="PO-2026-0777", po_date="31/02/2026")
    drafter.sees("Kept as typed")
    drafter.page.reload()
    drafter.sees_typed(po_number="PO-2026-0777", po_date="31/02/2026")
    drafter.loses_the_session()
    product.restart()
    drafter.signs_in_again(DRAFTER)
    drafter.opens(f"{address}draft/order/")
    drafter.sees_typed(po_number="PO-2026-0777", po_date="31/02/2026")
    drafter.presses("Save and continue")
    drafter.sees("There is a problem")
    drafter.sees_typed(po_number="PO-2026-0777", po_date="31/02/2026")
    drafter.fills(po_date="05/10/2026", contract_number="C-0777")
    drafter.waits_until_saved()
    drafter.presses("Save and continue")
    drafter.sees("No goods yet")


def describes_the_goods(drafter):
    drafter.presses("Add a line")
    drafter.fills(**papers.LINE)
    drafter.waits_until_saved()
    drafter.presses("Save and continue")
    drafter.sees("1,200.000 kg", "N42UH")


def follows_the_open_points_to_the_field(drafter, address):
    drafter.opens(f"{address}draft/check/")
    drafter.sees("points are open")
    drafter.presses("Describe the specific end use.")
    drafter.stands_on("purpose")


def describes_the_end_use(drafter):
    drafter.types("product", papers.END_USE["product"])
    drafter.waits_until_saved()
    drafter.fills(**papers.END_USE)
    drafter.page.locator("#points", has_text="Nothing is missing on this page.").wait_for()
    drafter.presses("Save and continue")
    drafter.sees("Declared use only")


def chooses_undertakings(drafter):
    drafter.fills(**{"clause__NO_REEXPORT": True})
    drafter.waits_until_saved()
    drafter.presses("Save and continue")
    drafter.sees("Files that show what you declare")


def adds_the_evidence(drafter, address):
    drafter.fills(kind="COMPOSITION_REPORT")
    drafter.uploads("#id_file", name="report.pdf", content=b"not a PDF at all", media_type="application/pdf")
    drafter.presses("Upload")
    drafter.sees("There is a problem")
    drafter.fills(kind="COMPOSITION_REPORT")
    drafter.uploads("#id_file", **papers.COMPOSITION_REPORT)
    drafter.presses("Upload")
    drafter.sees("composition-report.png was added.")
    drafter.fills(kind="BOARD_RESOLUTION")
    drafter.uploads("#id_file", **papers.BOARD_RESOLUTION)
    drafter.presses("Upload")
    drafter.sees("board-resolution.png was added.")
    drafter.opens(f"{address}draft/check/")
    drafter.sees("Nothing is missing.")


def reads_signs_and_submits(signatory, reference, address):
    signatory.opens("/certificates/")
    signatory.presses(reference)
    signatory.presses("Sign and submit")
    signatory.sees("最终用户和最终用途证明", "section 11(3)")
    signatory.presses("Sign and submit")
    signatory.sees("There is a problem")
    signatory.fills(notice_seen=True)
    signatory.presses("Sign and submit")
    signatory.sees(f"{reference}: Signed and submitted.", "submitted")


def returns_it_with_a_comment(officer, reference, address):
    officer.presses("Queue")
    officer.presses(reference)
    officer.sees("Before you decide", "contains medium or heavy rare earths")
    officer.presses("Comment End use, where the magnet sits")
    officer.page.locator("textarea:focus").fill("Which drawing shows the rotor?")
    officer.presses("Keep comment")
    officer.sees("goes out when you return it")
    officer.presses("Return for correction")
    officer.fills(reason="The place of the magnet is not clear.")
    officer.presses("Return for correction")
    officer.sees("returned")


def mends_what_was_asked(drafter, address):
    drafter.opens(f"{address}draft/end-use/")
    drafter.sees("The place of the magnet is not clear.")
    beside = drafter.page.locator("#div_id_position .comment")
    assert "Which drawing shows the rotor?" in beside.inner_text()
    drafter.presses("Go to the field")
    drafter.stands_on("position")
    drafter.fills(position="Inner face of the rotor drum, drawing HM-3-R-07")
    drafter.waits_until_saved()
    drafter.presses("Mark as dealt with")
    drafter.sees("Resolved")


def submits_again(signatory, address):
    signatory.opens(f"{address}submit/")
    signatory.fills(notice_seen=True)
    signatory.presses("Sign and submit")
    signatory.sees("submitted")


def sees_what_changed_and_approves(officer, reference, address):
    officer.presses("Queue")
    officer.presses(reference)
    officer.presses("What changed since the last submission")
    officer.sees("drawing HM-3-R-07")
    assert officer.page.locator("table.diff tbody tr").count() == 1
    officer.opens(address)
    officer.presses("Approve")
    officer.presses("Approve")
    officer.sees(f"{reference}: Approved.", "approved")


def issues(senior, reference, address):
    senior.presses("Queue")
    senior.page.get_by_role("link", name="For issue").click()
    senior.presses(reference)
    senior.presses("Issue")
    senior.presses("Issue")
    senior.sees(f"{reference}: Issued.")


def gets_the_document_without_a_reload(senior):
    senior.page.evaluate("window.sameWindow = true")
    senior.sees("The signed document is ready.")
    assert senior.page.evaluate("window.sameWindow"), "the page was reloaded"
    pdf = senior.downloads("Signed PDF")
    assert pdf.startswith(b"%PDF-")
    return pdf


def scans_the_code(verifier, product, pdf, folder):
    url = papers.decoded_qr(pdf, folder)
    assert url.startswith(f"{product.url}/v/")
    verifier.opens(url)
    verifier.sees(
        "Issued and in force", "Ningbo Demonstration Magnet", "1,200.000 kg", "We will not re-export"
    )
    verifier.does_not_see("84000", "84,000")


def reads_it_in_three_languages(verifier, screenshots):
    for language, code, words in (
        ("中文", "zh-hans", "有效"),
        ("हिन्दी", "hi", "प्रमाण"),
        ("English", "en", "Issued and in force"),
    ):
        verifier.reads_in(language)
        verifier.page.locator(f"html[lang='{code}']").wait_for(state="attached")
        assert words in verifier.text_of("#main"), f"{language}: {verifier.text_of('#main')[:300]}"
        verifier.picture(screenshots / f"verified-{code}.png")


def signs_with_the_token(signatory, product, pdf, address, folder):
    """The importer's DSC stays outside: the demonstration's command plays the token and its program."""
    sealed, signed = folder / "sealed.pdf", folder / "signed.pdf"
    sealed.write_bytes(pdf)
    firm = "Sahyadri EV Motors Private Limited"
    played = product.manage(
        "sign_as_importer", str(sealed), "--organisation", firm, "--stamp", "--out", str(signed)
    )
    assert played.returncode == 0, played.stdout + played.stderr
    signatory.opens(address)
    signatory.presses("Sign with the company's DSC")
    signatory.uploads("#id_file", name="s.pdf", content=pdf, media_type="application/pdf")
    signatory.presses("Bring the signed file")
    signatory.sees("There is a problem", "it is not signed yet")
    content = signed.read_bytes()
    signatory.uploads("#id_file", name="s.pdf", content=content, media_type="application/pdf")
    signatory.presses("Bring the signed file")
    signatory.sees("Your signature is kept with EUC", "time-stamped")
    return content


def fetches_the_dossier(drafter, address, folder):
    drafter.opens(f"{address}dossier/")
    drafter.presses("Put the ZIP together")
    drafter.sees("The list of contents is sealed")
    unpacked = papers.unpacked(drafter.downloads("Download all as ZIP"), folder / "dossier")
    (certificate,) = (unpacked / "01-certificate").glob("*.pdf")
    return certificate.read_bytes()


def uploads_it(verifier, pdf):
    verifier.opens("/verify/")
    uploads_for_verification(verifier, pdf)
    verifier.sees("Genuine and in force")
    verifier.reads_in("中文")
    verifier.sees("真实且有效")
    verifier.reads_in("English")
    verifier.sees("Genuine and in force")
    verifier.opens("/verify/")
    uploads_for_verification(verifier, papers.with_one_byte_changed(pdf))
    verifier.sees("Not genuine", "it was changed, or it never came from here")


def uploads_for_verification(verifier, pdf):
    verifier.uploads("#upload-file", name="certificate.pdf", content=pdf, media_type="application/pdf")
    verifier.presses("Check the file")


def revokes(senior, address):
    senior.opens(address)
    senior.presses("Revoke")
    senior.fills(reason="The order was cancelled (demonstration).")
    senior.presses("Revoke")
    senior.sees("revoked")


def is_told_at_once(verifier, product, pdf, folder):
    verifier.opens(papers.decoded_qr(pdf, folder))
    verifier.sees("REVOKED", "must not be relied on")
    verifier.opens("/verify/")
    uploads_for_verification(verifier, pdf)
    verifier.sees("Genuine, but REVOKED")


def reads_who_did_what(drafter, address):
    drafter.opens(address)
    told = drafter.text_of(".timeline")
    for deed, person in (
        ("Revoked", SENIOR),
        ("Issued", SENIOR),
        ("Approved", OFFICER),
        ("Returned for correction", OFFICER),
        ("Signed and submitted", SIGNATORY),
        ("Draft opened", DRAFTER),
    ):
        assert deed in told, told
        assert person in told, told
