from datetime import date
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from euc import demonstration, services
from euc.models import Certificate

HTMX = {"HX-Request": "true"}
HOSTILE = {
    "a nul": "a\x00b",
    "a bidi control": "\u202egnp",
    "ten thousand characters": "x" * 10_001,
    "stacked marks": "zalgo" + "\u0301" * 40,
    "an invisible space": "PO\u200b1",
}
ORDER = {"po_number": "PO-77", "po_date": "05/10/2026", "contract_number": "C-77"}


@pytest.fixture
def drafters_client(client_for, drafter):
    return client_for(drafter)


@pytest.fixture
def empty(drafter):
    return services.start(by=drafter)


class TestCreate:
    def test_opens_a_draft_on_its_first_page(self, drafters_client):
        response = drafters_client.post("/certificates/new/")
        draft = Certificate.objects.get()
        assert response.url == f"/certificates/{draft.slug}/draft/parties/"

    def test_is_a_post(self, drafters_client):
        assert drafters_client.get("/certificates/new/").status_code == 405

    def test_is_not_for_officers(self, client_for, officer):
        assert client_for(officer).post("/certificates/new/").status_code == 403

    def test_says_why_an_importer_without_an_iec_cannot(self, drafters_client, drafter):
        drafter.organisation.iec = ""
        drafter.organisation.save()
        response = drafters_client.post("/certificates/new/", follow=True)
        assert "has no IEC on record" in response.content.decode()


class TestSave:
    def test_records_what_holds_and_goes_on(self, drafters_client, empty, url):
        response = drafters_client.post(url(empty, "draft/order/"), ORDER)
        empty.refresh_from_db()
        assert response.url == url(empty, "draft/goods/")
        assert (empty.po_number, empty.po_date) == ("PO-77", date(2026, 10, 5))

    @pytest.mark.parametrize("typed", ["31/02/2026", "2026-W40-1", "०५/१०/२०२६", "next week"])
    def test_answers_422_with_what_was_typed_still_there(self, drafters_client, empty, url, typed):
        response = drafters_client.post(url(empty, "draft/order/"), ORDER | {"po_date": typed})
        page = response.content.decode()
        assert response.status_code == 422
        assert typed in page
        assert "There is a problem" in page
        assert 'aria-invalid="true"' in page

    def test_shows_what_was_half_typed_when_the_page_is_opened_again(
        self, client_for, drafter, drafters_client, empty, url
    ):
        drafters_client.post(url(empty, "draft/order/"), ORDER | {"po_date": "31/02/2026"})
        page = client_for(drafter).get(url(empty, "draft/order/")).content.decode()
        assert "31/02/2026" in page

    def test_records_what_holds_beside_what_does_not(self, drafters_client, empty, url):
        response = drafters_client.post(url(empty, "draft/order/"), ORDER | {"po_date": "31/02/2026"})
        empty.refresh_from_db()
        assert (empty.po_number, empty.po_date) == ("PO-77", None)
        missing = [miss.field for miss in response.context["page_misses"]]
        assert "po_number" not in missing

    def test_refuses_the_drafter_of_another_importer(self, client_for, stranger, empty, url):
        assert client_for(stranger).post(url(empty, "draft/order/"), ORDER).status_code == 404

    def test_keeps_out_officers(self, client_for, officer, submitted, url):
        assert client_for(officer).get(url(submitted, "draft/order/")).status_code == 403

    def test_refuses_once_it_is_submitted(self, drafters_client, submitted, url):
        response = drafters_client.post(url(submitted, "draft/order/"), ORDER, follow=True)
        submitted.refresh_from_db()
        assert "is submitted and cannot be edited" in response.content.decode()
        assert submitted.po_number == "PO-1"

    @pytest.mark.parametrize("name", HOSTILE)
    def test_never_breaks_on_hostile_text(self, drafters_client, empty, url, name):
        response = drafters_client.post(
            url(empty, "draft/order/"), {"po_number": HOSTILE[name], "po_date": ""}
        )
        assert response.status_code == 422
        assert drafters_client.get(url(empty, "draft/order/")).status_code == 200

    def test_survives_half_a_character(self, drafters_client, empty, url):
        half = f"po_number={quote(chr(0xD800).encode('utf-8', 'surrogatepass'))}"
        form = "application/x-www-form-urlencoded"
        drafters_client.post(url(empty, "draft/order/"), half, content_type=form)
        assert drafters_client.get(url(empty, "draft/order/")).status_code == 200

    @pytest.mark.parametrize("weight", ["1_000", "1e3", "-5", "NaN", "१२", "0.0000001", "9" * 40])
    def test_takes_only_plain_kilograms(self, drafters_client, draft, url, weight):
        response = drafters_client.post(url(draft, "draft/goods/1/"), {"net_weight_mg": weight})
        assert response.status_code == 422
        assert weight in response.content.decode()


class TestAutosave:
    def test_answers_with_the_saved_line_and_the_open_points(self, drafters_client, empty, url):
        response = drafters_client.post(url(empty, "draft/order/"), ORDER, headers=HTMX)
        page = response.content.decode()
        assert response.status_code == 200
        assert "<html" not in page
        assert 'id="saved"' in page
        assert "Nothing is missing on this page." in page
        assert 'id="tasks" hx-swap-oob="true"' in page

    def test_keeps_what_does_not_hold_and_names_the_field(self, drafters_client, empty, url):
        typed = ORDER | {"po_date": "31/02/2026"}
        page = drafters_client.post(url(empty, "draft/order/"), typed, headers=HTMX).content.decode()
        assert "Kept as typed" in page
        assert "#id_po_date" in page
        assert empty.scratch.get().typed["po_date"] == ["31/02/2026"]

    def test_forgets_the_half_typed_page_once_it_holds(self, drafters_client, empty, url):
        drafters_client.post(url(empty, "draft/order/"), ORDER | {"po_date": "x"}, headers=HTMX)
        drafters_client.post(url(empty, "draft/order/"), ORDER, headers=HTMX)
        assert not empty.scratch.exists()

    def test_says_when_it_cannot_be_edited_any_more(self, drafters_client, submitted, url):
        response = drafters_client.post(url(submitted, "draft/order/"), ORDER, headers=HTMX)
        assert response.status_code == 422
        assert "cannot be edited" in response.content.decode()


class TestGoods:
    def test_adds_copies_and_removes_lines(self, drafters_client, draft, url):
        assert drafters_client.post(url(draft, "draft/goods/add/")).url == url(draft, "draft/goods/2/")
        copied = drafters_client.post(url(draft, "draft/goods/1/change/"), {"copy": "1"})
        assert copied.url == url(draft, "draft/goods/3/")
        drafters_client.post(url(draft, "draft/goods/2/change/"), {"remove": "1"})
        assert [line.grade for line in draft.goods.all()] == ["N42UH", "N42UH"]

    def test_has_no_page_for_a_line_that_is_not_there(self, drafters_client, draft, url):
        assert drafters_client.get(url(draft, "draft/goods/9/")).status_code == 404


class TestEvidence:
    def send(self, client, address, name, content, kind="COMPOSITION_REPORT"):
        file = SimpleUploadedFile(name, content)
        return client.post(address, {"kind": kind, "file": file})

    def test_keeps_a_file_that_is_what_it_says(self, drafters_client, empty, url):
        picture = demonstration.picture("report")
        response = self.send(drafters_client, url(empty, "draft/evidence/"), "report.png", picture)
        assert response.status_code == 302
        found = empty.evidence.get()
        assert (found.name, found.file.media_type) == ("report.png", "image/png")

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("report.pdf", b"MZ not a PDF"),
            ("report.png", b""),
            ("report.html", b"<script>alert(1)</script>"),
            ("report.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ],
    )
    def test_refuses_what_is_not(self, drafters_client, empty, url, name, content):
        response = self.send(drafters_client, url(empty, "draft/evidence/"), name, content)
        assert response.status_code == 422
        assert "There is a problem" in response.content.decode()
        assert not empty.evidence.exists()

    def test_twice_is_refused_beside_the_field(self, drafters_client, empty, url):
        address, picture = url(empty, "draft/evidence/"), demonstration.picture("report")
        self.send(drafters_client, address, "report.png", picture)
        again = self.send(drafters_client, address, "again.png", picture)
        assert again.status_code == 422
        assert "attached already, as “report.png”" in again.content.decode()
        assert empty.evidence.count() == 1

    def test_asks_for_the_file(self, drafters_client, empty, url):
        assert drafters_client.post(url(empty, "draft/evidence/"), {"kind": "OTHER"}).status_code == 422

    def test_is_read_by_the_officer_and_not_by_the_analyst(
        self, client_for, officer, analyst, submitted, url
    ):
        address = url(submitted, f"evidence/{submitted.evidence.first().pk}/")
        response = client_for(officer).get(address)
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert client_for(analyst).get(address).status_code == 403

    def test_is_removed_by_the_importer_alone(self, client_for, stranger, drafters_client, draft, url):
        file = draft.evidence.first()
        address = url(draft, f"draft/evidence/{file.pk}/remove/")
        assert client_for(stranger).post(address).status_code == 404
        drafters_client.post(address)
        file.refresh_from_db()
        assert file.removed_at is not None


class TestCheck:
    def test_links_every_open_point_to_its_field(self, drafters_client, empty, url):
        page = drafters_client.get(url(empty, "draft/check/")).content.decode()
        assert url(empty, "draft/end-use/#id_purpose") in page
        assert url(empty, "draft/order/#id_po_date") in page
        assert url(empty, "draft/goods/#id_add") in page

    def test_offers_the_signature_to_the_signatory_alone(
        self, client_for, signatory, drafters_client, draft, url
    ):
        assert url(draft, "submit/") not in drafters_client.get(url(draft, "draft/check/")).content.decode()
        assert url(draft, "submit/") in client_for(signatory).get(url(draft, "draft/check/")).content.decode()


class TestCopy:
    def test_leaves_order_and_evidence_to_fill_in(self, drafters_client, issued, url):
        response = drafters_client.post(url(issued, "copy/"))
        copied = Certificate.objects.exclude(pk=issued.pk).get()
        assert response.url == url(copied, "draft/order/")
        assert (copied.po_number, copied.supersedes) == ("", None)
        assert not copied.evidence.exists()

    def test_is_for_the_importer_of_the_source(self, client_for, stranger, issued, url):
        assert client_for(stranger).post(url(issued, "copy/")).status_code == 404


class TestComments:
    def test_stand_beside_their_field_until_settled(self, drafters_client, submitted, officer, url):
        services.comment(
            certificate=submitted,
            by=officer,
            page="goods",
            field="grade",
            line=1,
            text="Which grade exactly?",
        )
        services.send_back(certificate=submitted, by=officer, reason="See the comment.")
        page = drafters_client.get(url(submitted, "draft/goods/1/")).content.decode()
        field = page[page.index('id="div_id_grade"') :][:1500]
        assert "Which grade exactly?" in field
        remark = submitted.comments.get()
        drafters_client.post(url(submitted, f"draft/comments/{remark.pk}/settle/"))
        remark.refresh_from_db()
        assert remark.settled_at is not None

    def test_are_not_seen_before_they_are_sent(self, drafters_client, submitted, officer, url):
        services.comment(certificate=submitted, by=officer, page="order", field="po_number", text="A secret")
        assert "A secret" not in drafters_client.get(url(submitted)).content.decode()


def test_half_typed_pages_stand_in_the_way_of_signing(drafters_client, client_for, signatory, draft, url):
    drafters_client.post(url(draft, "draft/order/"), ORDER | {"po_date": "31/02/2026"}, headers=HTMX)
    response = client_for(signatory).post(url(draft, "submit/"), {"notice_seen": "on"})
    assert response.status_code == 422
    assert "could not be taken over yet" in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == "DRAFT"


class TestLostSession:
    def test_answers_the_autosave_without_a_page_to_paste(self, client, draft, url):
        response = client.post(
            url(draft, "draft/order/"), {"po_number": "PO-7"}, headers={"HX-Request": "true"}
        )
        assert (response.status_code, response.content) == (401, b"")


class TestReturned:
    def test_lists_every_open_comment_on_the_check_page(
        self, client_for, drafter, signatory, officer, draft, url
    ):
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        services.comment(certificate=draft, by=officer, page="order", field="po_date", text="Which calendar?")
        services.send_back(certificate=draft, by=officer, reason="See the comment.")
        page = client_for(drafter).get(url(draft, "draft/check/")).content.decode()
        assert "Which calendar?" in page
        assert f"{url(draft, 'draft/order/')}#id_po_date" in page
        assert "task-attention" in page
