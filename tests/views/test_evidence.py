"""Looking at evidence, the dossier's page, and the reviewer's working place side by side."""

import base64
import hashlib
import io
import zipfile
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import signing, storing, uploads
from euc import attaching, demonstration, dossier, pledge_printing, printing, services
from tests.documents.test_picturing import of_pages
from tests.documents.test_uploads import workbook
from workflow import errands
from workflow.models import Errand, Event


def attach(certificate, by, content, name="report.pdf", kind="OTHER"):
    checked = uploads.check(SimpleUploadedFile(name, content))
    return attaching.attach(certificate=certificate, by=by, kind=kind, checked=checked)


def text(response):
    return response.content.decode()


@pytest.fixture
def drafters_client(client_for, drafter):
    return client_for(drafter)


@pytest.fixture
def officers_client(client_for, officer):
    return client_for(officer)


@pytest.fixture
def ready(issued, monkeypatch):
    """In force, with stand-ins for the sealed papers of certificate and undertakings."""
    stand_ins = (b"%%PDF-1.7 stand-in %d\n%%%%EOF\n" % number for number in count())
    monkeypatch.setattr(printing, "certificate_pdf", lambda **given: next(stand_ins))
    monkeypatch.setattr(pledge_printing, "undertaking_pdf", lambda **given: next(stand_ins))
    monkeypatch.setattr(signing, "current_signer", lambda: None)
    monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 2))
    while owed := Errand.objects.filter(kind__contains=".print_", state=Errand.PENDING).first():
        assert errands.run(owed.pk)
    return issued


class TestLooking:
    def test_shows_page_after_page(self, drafters_client, drafter, draft, url):
        item = attach(draft, drafter, of_pages((595, 842), (595, 842)))
        address = url(draft, f"evidence/{item.pk}/view/")
        first, second, beyond = (text(drafters_client.get(f"{address}?page={n}")) for n in (1, 2, 99))
        assert "Page 1 of 2" in first
        assert "Page 2 of 2" in second
        assert "Page 2 of 2" in beyond
        picture = drafters_client.get(url(draft, f"evidence/{item.pk}/2.jpg"))
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
        assert "private" in picture["Cache-Control"]
        assert drafters_client.get(url(draft, f"evidence/{item.pk}/3.jpg")).status_code == 404

    @pytest.mark.parametrize("asked", ["", "0", "-1", "x", "9" * 5000, "²"])
    def test_a_strange_page_is_the_first_or_last(self, drafters_client, drafter, draft, url, asked):
        item = attach(draft, drafter, of_pages((595, 842)))
        response = drafters_client.get(url(draft, f"evidence/{item.pk}/view/"), {"page": asked})
        assert response.status_code == 200

    def test_shows_a_workbook_as_a_table(self, drafters_client, drafter, draft, url):
        item = attach(draft, drafter, workbook(), "values.xlsx")
        assert "<td>Dy 2.5 %</td>" in text(drafters_client.get(url(draft, f"evidence/{item.pk}/view/")))
        assert drafters_client.get(url(draft, f"evidence/{item.pk}/1.jpg")).status_code == 404

    def test_says_when_the_bytes_are_gone(self, drafters_client, drafter, draft, url):
        item = attach(draft, drafter, of_pages((595, 842)))
        storing.path_of(item.file.book, item.file.sha256).unlink()
        response = drafters_client.get(url(draft, f"evidence/{item.pk}/view/"))
        assert response.status_code == 200
        assert "cannot be read at the moment" in text(response)
        assert drafters_client.get(url(draft, f"evidence/{item.pk}/1.jpg")).status_code == 404


class TestArriving:
    """The tus protocol as a browser speaks it, with a line that breaks in between."""

    def begin(self, client, address, content, name="report.png"):
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        headers = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata, "Tus-Resumable": "1.0.0"}
        return client.post(address, headers=headers)

    def patch(self, client, place, at, content, media_type="application/offset+octet-stream"):
        return client.patch(place, content, content_type=media_type, headers={"Upload-Offset": str(at)})

    @pytest.fixture
    def begun(self, drafters_client, draft, url):
        content = demonstration.picture("in parts")
        response = self.begin(drafters_client, url(draft, "draft/evidence/parts/"), content)
        assert response.status_code == 201
        return content, response["Location"]

    def submit(self, client, draft, url, place, **more):
        token = place.rstrip("/").rpartition("/")[2]
        return client.post(url(draft, "draft/evidence/"), {"kind": "OTHER", "upload": token, **more})

    def test_becomes_evidence_when_it_is_whole(self, drafters_client, draft, url, begun):
        content, place = begun
        half = len(content) // 2
        assert self.patch(drafters_client, place, 0, content[:half]).status_code == 204
        again = self.patch(drafters_client, place, 0, content[:half])
        assert (again.status_code, again["Upload-Offset"]) == (409, str(half))
        assert drafters_client.head(place)["Upload-Offset"] == str(half)
        early = self.submit(drafters_client, draft, url, place)
        assert early.status_code == 422
        assert "did not arrive whole" in text(early)

    def test_is_taken_once_and_forgotten(self, drafters_client, draft, url, begun):
        content, place = begun
        assert self.patch(drafters_client, place, 0, content)["Upload-Offset"] == str(len(content))
        assert self.submit(drafters_client, draft, url, place).status_code == 302
        found = draft.evidence.get(kind="OTHER")
        assert (found.name, storing.read(found.file)) == ("report.png", content)
        assert drafters_client.head(place).status_code == 404
        assert self.submit(drafters_client, draft, url, place).status_code == 422

    def test_is_checked_like_any_other(self, drafters_client, draft, url):
        place = self.begin(drafters_client, url(draft, "draft/evidence/parts/"), b"MZ no picture")["Location"]
        self.patch(drafters_client, place, 0, b"MZ no picture")
        response = self.submit(drafters_client, draft, url, place)
        assert response.status_code == 422
        assert "this file is none of them" in text(response)

    def test_refuses_what_the_protocol_does_not_know(self, drafters_client, draft, url, begun):
        content, place = begun
        assert drafters_client.patch(place, content).status_code in {400, 415}
        assert self.patch(drafters_client, place, "x", content).status_code == 400
        assert self.patch(drafters_client, place, 0, content, "image/png").status_code == 415
        assert self.patch(drafters_client, place, 0, content + b"more").status_code == 413
        begin = url(draft, "draft/evidence/parts/")
        for length, status in (("", 400), ("-1", 400), ("x", 400), ("0", 413), ("99999999999", 413)):
            assert drafters_client.post(begin, headers={"Upload-Length": length}).status_code == status
        odd = drafters_client.post(begin, headers={"Upload-Length": "5", "Upload-Metadata": "filename !!"})
        assert odd.status_code == 201

    def test_is_not_another_importers(self, client_for, stranger, begun):
        _content, place = begun
        assert client_for(stranger).head(place).status_code == 404


class TestDossier:
    def test_of_a_draft_says_why_there_is_none(self, drafters_client, draft, url):
        shown = text(drafters_client.get(url(draft, "dossier/")))
        assert "Only a certificate in force has a dossier." in shown
        assert drafters_client.post(url(draft, "dossier/fetch/")).status_code == 302
        assert not Errand.objects.filter(kind=dossier.SEAL).exists()

    def test_is_sealed_by_a_worker_and_fetched(self, drafters_client, ready, url):
        certificate = ready
        page = text(drafters_client.get(url(certificate, "dossier/")))
        assert "01-certificate/" in page
        assert "For controlled goods a licensing desk asks for" in page
        drafters_client.post(url(certificate, "dossier/fetch/"))
        drafters_client.post(url(certificate, "dossier/fetch/"))
        owed = Errand.objects.get(kind=dossier.SEAL)
        assert "being sealed" in text(drafters_client.get(url(certificate, "dossier/progress/")))
        assert errands.run(owed.pk)
        response = drafters_client.post(url(certificate, "dossier/fetch/"))
        packed = zipfile.ZipFile(io.BytesIO(response.content))
        sums = dict(line.split("  ")[::-1] for line in packed.read(dossier.SUMS).decode().splitlines())
        assert sums == {
            n: hashlib.sha256(packed.read(n)).hexdigest() for n in packed.namelist() if n != dossier.SUMS
        }
        assert Event.objects.filter(verb="euc.certificate.pack_dossier").count() == 1


class TestReview:
    def test_puts_document_and_findings_beside_each_other(self, officers_client, submitted, url):
        page = text(officers_client.get(url(submitted, "review/")))
        assert "What the checks found" in page
        assert "As it will print" in page
        item = submitted.evidence.first()
        assert f"evidence/{item.pk}/1.jpg" in text(
            officers_client.get(url(submitted, f"review/?evidence={item.pk}"))
        )

    @pytest.mark.parametrize("asked", ["999999", "x", ""])
    def test_a_strange_file_is_the_document(self, officers_client, submitted, url, asked):
        response = officers_client.get(url(submitted, "review/"), {"evidence": asked})
        assert response.status_code == 200
        assert "review-sheet" in text(response)

    def test_is_only_while_it_is_reviewed(self, officers_client, issued, url):
        assert officers_client.get(url(issued, "review/")).status_code == 302

    def test_costs_the_same_with_many_files(self, queries_of, officer, drafter, signatory, draft, url):
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        address = url(draft, "review/")
        few = queries_of(officer, address)
        services.send_back(certificate=draft, by=officer, reason="more")
        for number in range(6):
            attach(draft, drafter, of_pages((100 + number, 100)), f"{number}.pdf")
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        assert queries_of(officer, address) <= few + 2  # another revision, its predecessor
