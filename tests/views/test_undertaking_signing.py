"""The importer's own signature under an undertaking: the same page and checks as under a certificate."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from documents import countersigning as judging
from documents import importers_token, storing, verifying
from euc import countersigning, demonstration, dossier, pledge_printing, pledges, verification
from euc.models import Countersignature, Undertaking
from tests.documents.conftest import key_settings, made_keys, sealing_key
from tests.euc import pledge
from tests.euc.life import Life
from tests.remembering import remembered
from tests.views.conftest import PDF
from tests.views.test_countersigning import a_signature, bring, found_good
from workflow import engine, errands
from workflow.models import Event

__all__ = ["found_good", "key_settings", "made_keys", "sealing_key"]


@remembered
def life(clauses, drafter, signatory, officer, senior):
    return Life(drafter, signatory, officer, senior, None)


@remembered
def blanket(life):
    return pledge.in_force(life)


@remembered
def pledged(blanket, stand_ins):
    return printed(blanket)


@pytest.fixture
def stand_ins(stand_ins, monkeypatch):
    monkeypatch.setattr(pledge_printing, "undertaking_pdf", lambda **given: PDF + b"% a promise\n")


def printed(undertaking):
    assert errands.run(errands.of(undertaking).get(kind=pledges.PRINT).pk)
    return Undertaking.objects.select_related("document", "importer").get(pk=undertaking.pk)


def test_is_kept_registered_and_shown_to_all(client_for, signatory, auditor, pledged, url, found_good):
    assert "Sign with the company" in client_for(signatory).get(url(pledged)).content.decode()
    assert bring(client_for(signatory), pledged, url).url == url(pledged)
    kept = countersigning.of(pledged)
    assert (kept.undertaking, kept.certificate, kept.brought_by) == (pledged, None, signatory.person)
    page = client_for(auditor).get(url(pledged)).content.decode()
    assert "Signed by the importer: Common Name: A. Kulkarni" in page
    assert client_for(auditor).get(url(pledged, "signed.pdf")).content == b"%PDF-1.7 mine\n%%EOF\n"
    assert verification.of_document(kept.document).reference == pledged.reference
    assert Event.objects.get(verb="euc.undertaking.countersign").details["serial"] == "0a1b"
    assert "Signed by the importer" in client_for(signatory).get(url(pledged, "progress/")).content.decode()


def test_really_signed_and_judged(client_for, signatory, blanket, url, sealing_key, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    undertaking = printed(blanket)
    client = client_for(signatory)
    downloaded = client.get(url(undertaking, "document.pdf")).content
    stranger = importers_token.sign(downloaded, importers_token.Token(organisation="Some Other Firm"))
    assert "the importer is" in bring(client, undertaking, url, stranger).content.decode()
    signed = importers_token.sign(downloaded, importers_token.Token(organisation=undertaking.importer.name))
    assert bring(client, undertaking, url, signed).status_code == 302
    kept = countersigning.of(undertaking)
    document = kept.document
    assert storing.read(document.file) == signed
    assert storing.read(kept.proven.file).startswith(signed)
    assert verifying.examine(signed).document == document
    assert verification.status_of(kept.proven)["reference"] == undertaking.reference
    assert verification.status_of(document)["in_force"]
    page = client.post("/verify/", {"file": SimpleUploadedFile("s.pdf", signed)}).content.decode()
    assert "Genuine and in force" in page
    assert undertaking.reference in page


def test_is_refused_beside_its_field_and_brought_once(client_for, signatory, pledged, url, monkeypatch):
    client = client_for(signatory)
    refused = bring(client, pledged, url)
    assert (refused.status_code, "Sign the file as downloaded" in refused.content.decode()) == (422, True)
    monkeypatch.setattr(judging, "check", lambda content, **given: a_signature(content))
    bring(client, pledged, url)
    assert bring(client, pledged, url, b"%PDF-1.7 again\n%%EOF\n").status_code == 409
    assert Countersignature.objects.count() == 1


def test_is_the_signatorys_alone_and_waits_for_the_seal(
    client_for, drafter, officer, stranger, signatory, blanket, url, found_good
):
    assert bring(client_for(drafter), blanket, url).status_code == 403
    assert bring(client_for(officer), blanket, url).status_code == 403
    assert "not there yet" in client_for(signatory).get(url(blanket, "countersign/")).content.decode()
    with pytest.raises(engine.NotAllowed):
        countersigning.keep(paper=blanket, by=stranger, signed=a_signature())


def test_ends_with_the_promise(client_for, signatory, senior, pledged, url, found_good):
    pledges.release(undertaking=pledged, by=senior, reason="All used up.")
    assert bring(client_for(signatory), pledged, url).status_code == 409
    assert "company&#x27;s DSC" not in client_for(signatory).get(url(pledged)).content.decode()


def test_makes_another_edition_of_the_dossier(sealed, signatory, stand_ins, found_good):
    (promise,) = sealed.promises()
    promise = printed(promise)
    before = dossier.edition(sealed)
    countersigning.keep(paper=promise, by=signatory, signed=a_signature())
    assert dossier.edition(sealed) == before + 1
    assert [item.content for item in dossier._undertakings(sealed)] == [a_signature().content]


def test_counts_for_each_certificate_that_relies_on_it(life, pledged, signatory, found_good, drafter):
    certificate = demonstration.complete_draft(by=drafter, po_number="PO-9")
    certificate.relies_on = pledged
    assert dossier.edition(certificate) == 1
    countersigning.keep(paper=pledged, by=signatory, signed=a_signature())
    assert dossier.edition(certificate) == 2


def test_is_of_one_paper(pledged, sealed, signatory, found_good):
    kept = countersigning.keep(paper=pledged, by=signatory, signed=a_signature())
    names = ("subject", "serial", "issuer", "valid_from", "valid_until", "signed_at", "brought_by")
    told = {name: getattr(kept, name) for name in names} | {"revision": 1, "document": sealed.document}
    for papers in ({}, {"undertaking": pledged, "certificate": sealed}, {"undertaking": pledged}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Countersignature.objects.create(**papers, **told)
    assert Countersignature.objects.create(certificate=sealed, **told)
