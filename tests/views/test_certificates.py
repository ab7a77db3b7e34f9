from datetime import timedelta

import pytest

from euc import demonstration, services
from euc.models import Certificate
from euc.models.certificate import today
from tests.views.conftest import PDF
from workflow import errands
from workflow.models import Errand


class TestListing:
    def test_shows_importers_their_own_and_officers_what_was_submitted(
        self, client_for, drafter, stranger, officer, draft
    ):
        other = services.start(by=stranger)
        services.withdraw(certificate=other, by=stranger, reason="No order.")
        mine = client_for(drafter).get("/certificates/").content.decode()
        assert draft.reference in mine
        assert other.reference not in mine
        assert draft.reference not in client_for(officer).get("/certificates/").content.decode()

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=PO-1", True),
            ("q=po-1", True),
            ("q=Ningbo", True),
            ("q=PO-2", False),
            ("status=SUBMITTED", True),
            ("status=DRAFT", False),
            ("status=NONSENSE", True),
            ("q=%00", True),
            ("after=nonsense", True),
            ("before=W10", True),
        ],
    )
    def test_is_narrowed_by_words_and_status(self, client_for, drafter, submitted, query, found):
        response = client_for(drafter).get(f"/certificates/?{query}")
        assert response.status_code == 200
        assert (f'href="/certificates/{submitted.slug}/"' in response.content.decode()) is found

    def test_pages_forth_and_back(self, client_for, drafter):
        references = [services.start(by=drafter).reference for _ in range(30)]
        client = client_for(drafter)
        first = client.get("/certificates/").context["page"]
        second = client.get(f"/certificates/{first.next_url}").context["page"]
        back = client.get(f"/certificates/{second.previous_url}").context["page"]
        shown = [row.reference for row in [*first.rows, *second.rows]]
        assert shown == references[::-1]
        assert back.rows == first.rows

    def test_asks_visitors_to_sign_in(self, client):
        assert client.get("/certificates/").url == "/accounts/login/?next=/certificates/"


class TestQueue:
    @pytest.fixture
    def waiting(self, drafter, signatory):
        """Three submissions: a light one first, then a heavy one, then another light one."""
        light = {**demonstration.GOODS, "dy": 0, "tb": 0}
        kinds = (("PO-L1", light), ("PO-H", demonstration.GOODS), ("PO-L2", light))
        return {
            number: demonstration.submitted(
                drafter=drafter, signatory=signatory, po_number=number, lines=(line,)
            )
            for number, line in kinds
        }

    def test_puts_risk_before_age_and_age_before_the_rest(self, client_for, officer, waiting):
        page = client_for(officer).get("/queue/").context["page"]
        assert [row.po_number for row in page.rows] == ["PO-H", "PO-L1", "PO-L2"]

    def test_keeps_issue_apart_from_review(self, client_for, officer, senior, waiting):
        heavy = waiting["PO-H"]
        services.approve(certificate=heavy, by=officer, seen_hash=heavy.content_hash)
        client = client_for(senior)
        assert [row.pk for row in client.get("/queue/?for=issue").context["page"].rows] == [heavy.pk]
        assert client.get("/queue/").context["counts"] == {"review": 2, "issue": 1}

    @pytest.mark.parametrize("role", ["drafter", "auditor", "analyst", "administrator"])
    def test_is_for_reviewers(self, client_for, request, role):
        assert client_for(request.getfixturevalue(role)).get("/queue/").status_code == 403


class TestQueryCounts:
    """The same number of queries for three rows as for thirty."""

    def submit(self, drafter, signatory, count):
        for number in range(count):
            demonstration.submitted(drafter=drafter, signatory=signatory, po_number=f"PO-{count}-{number}")

    def test_of_the_lists(self, queries_of, drafter, signatory, officer, django_assert_max_num_queries):
        addresses = [
            (officer, "/certificates/"),
            (drafter, "/certificates/"),
            (officer, "/queue/"),
            (officer, "/undertakings/"),
            (officer, "/"),
            (drafter, "/"),
        ]
        self.submit(drafter, signatory, 3)
        few = [queries_of(*address) for address in addresses]
        self.submit(drafter, signatory, 27)
        many = [queries_of(*address) for address in addresses]
        assert many == few
        assert max(few) <= 20

    def test_of_a_certificate_and_its_drafting_pages(self, queries_of, drafter, officer, signatory, url):
        def counts(lines):
            number = f"PO-{lines}"
            goods = (demonstration.SECOND_LINE,) * lines
            draft = demonstration.complete_draft(by=drafter, po_number=number, lines=goods)
            pages = [queries_of(drafter, url(draft, tail)) for tail in ("", "draft/goods/", "draft/check/")]
            services.submit(certificate=draft, by=signatory, notice_seen=True)
            for line in range(1, lines + 1):
                services.comment(
                    certificate=draft, by=officer, page="goods", field="grade", line=line, text="Why?"
                )
            return [*pages, queries_of(officer, url(draft))]

        assert counts(30) == counts(3)


class TestDetail:
    @pytest.mark.parametrize("role", ["drafter", "signatory", "officer", "senior", "auditor", "analyst"])
    def test_is_read_by_everybody_concerned(self, client_for, request, submitted, url, role):
        page = client_for(request.getfixturevalue(role)).get(url(submitted))
        assert page.status_code == 200
        assert "N42UH" in page.content.decode()

    def test_is_the_same_404_for_a_stranger_as_for_nothing(self, client_for, stranger, submitted, url):
        client = client_for(stranger)
        other, absent = client.get(url(submitted)), client.get("/certificates/EUC-0000000000-2026-27-0001/")
        assert other.status_code == absent.status_code == 404
        assert other.content == absent.content

    def test_hides_evidence_from_the_analyst(self, client_for, analyst, officer, submitted, url):
        assert "composition-report.png" in client_for(officer).get(url(submitted)).content.decode()
        assert "composition-report.png" not in client_for(analyst).get(url(submitted)).content.decode()

    def test_offers_each_role_its_own_steps(self, client_for, officer, signatory, auditor, submitted, url):
        def steps(actor):
            return [
                step["url"].split("/")[-2] for step in client_for(actor).get(url(submitted)).context["steps"]
            ]

        assert steps(officer) == ["approve", "send-back", "reject"]
        assert steps(signatory) == ["withdraw"]
        assert steps(auditor) == []


class TestStep:
    def test_asks_before_it_acts(self, client_for, officer, submitted, url):
        page = client_for(officer).get(url(submitted, "approve/")).content.decode()
        assert submitted.content_hash in page
        submitted.refresh_from_db()
        assert submitted.status == "SUBMITTED"

    def test_acts_on_post_and_returns_to_the_certificate(self, client_for, officer, submitted, url):
        answer = {"seen_hash": submitted.content_hash}
        response = client_for(officer).post(url(submitted, "approve/"), answer)
        submitted.refresh_from_db()
        assert response.url == url(submitted)
        assert (submitted.status, submitted.approved_by) == ("APPROVED", officer.person)

    def test_refuses_a_yes_to_another_text(self, client_for, officer, submitted, url):
        response = client_for(officer).post(url(submitted, "approve/"), {"seen_hash": "0" * 64})
        assert response.status_code == 409
        assert "changed since you opened it" in response.content.decode()

    def test_refuses_the_second_of_two(self, client_for, officer, second_officer, submitted, url):
        answer = {"seen_hash": submitted.content_hash}
        client_for(officer).post(url(submitted, "approve/"), answer)
        assert client_for(second_officer).post(url(submitted, "approve/"), answer).status_code == 409

    def test_refuses_the_wrong_role(self, client_for, auditor, senior, submitted, url):
        answer = {"seen_hash": submitted.content_hash}
        assert client_for(auditor).post(url(submitted, "approve/"), answer).status_code == 403
        assert client_for(senior).post(url(submitted, "approve/"), answer).status_code == 403

    def test_says_what_is_missing(self, client_for, signatory, drafter, url):
        empty = services.start(by=drafter)
        response = client_for(signatory).post(url(empty, "submit/"), {"notice_seen": "on"})
        assert response.status_code == 422
        assert url(empty, "draft/end-use/#id_purpose") in response.content.decode()

    def test_shows_the_document_and_the_notice_before_the_signature(self, client_for, signatory, draft, url):
        page = client_for(signatory).get(url(draft, "submit/")).content.decode()
        assert "section 11(3)" in page
        assert "最终用户和最终用途证明" in page

    @pytest.mark.parametrize("answer", [{}, {"notice_seen": ""}])
    def test_needs_the_notice_to_be_read(self, client_for, signatory, draft, url, answer):
        assert client_for(signatory).post(url(draft, "submit/"), answer).status_code == 422
        draft.refresh_from_db()
        assert draft.status == "DRAFT"

    def test_needs_a_reason_where_it_asks_for_one(self, client_for, officer, submitted, url):
        response = client_for(officer).post(url(submitted, "send-back/"), {"reason": "  "})
        assert response.status_code == 422

    def test_keeps_the_reason_when_it_refuses(self, client_for, officer, draft, signatory, url):
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        services.reject(certificate=draft, by=officer, reason="No.")
        response = client_for(officer).post(url(draft, "send-back/"), {"reason": "A long explanation"})
        assert response.status_code == 409
        assert "A long explanation" in response.content.decode()

    def test_explains_a_step_that_is_not_open(self, client_for, officer, approved, url):
        response = client_for(officer).get(url(approved, "approve/"))
        assert response.status_code == 409

    @pytest.mark.parametrize("verb", ["expire", "supersede", "exhaust", "delete", "approve-all"])
    def test_has_no_door_for_inner_and_unknown_verbs(self, client_for, senior, issued, url, verb):
        assert client_for(senior).get(url(issued, f"{verb}/")).status_code == 404

    def test_issues_until_the_day_that_was_typed(self, client_for, senior, approved, url):
        last = today() + timedelta(days=100)
        answer = {"seen_hash": approved.content_hash, "valid_until": f"{last:%d/%m/%Y}"}
        assert client_for(senior).post(url(approved, "issue/"), answer).status_code == 302
        approved.refresh_from_db()
        assert approved.valid_until == last

    @pytest.mark.parametrize(
        ("typed", "status"), [("2020-01-01", 403), ("31-12-2099", 403), ("soon", 422), ("", 422)]
    )
    def test_refuses_a_validity_that_makes_no_sense(self, client_for, senior, approved, url, typed, status):
        answer = {"seen_hash": approved.content_hash, "valid_until": typed}
        assert client_for(senior).post(url(approved, "issue/"), answer).status_code == status
        approved.refresh_from_db()
        assert approved.status == "APPROVED"


class TestProgress:
    def test_looks_again_until_the_document_is_there(self, client_for, drafter, issued, url):
        page = client_for(drafter).get(url(issued, "progress/")).content.decode()
        assert f'hx-get="{url(issued, "progress/")}"' in page

    def test_shows_the_document_when_it_is_there(self, client_for, drafter, sealed, url):
        page = client_for(drafter).get(url(sealed, "progress/")).content.decode()
        assert url(sealed, "document.pdf") in page
        assert "hx-get" not in page

    def test_says_when_making_it_has_stopped(self, client_for, drafter, issued, url):
        errands.of(issued).update(state=Errand.DEAD)
        page = client_for(drafter).get(url(issued, "progress/")).content.decode()
        assert "could not be made" in page
        assert "hx-get" not in page


class TestDocument:
    def test_is_the_registered_file(self, client_for, drafter, sealed, url):
        response = client_for(drafter).get(url(sealed, "document.pdf"))
        assert response.content == PDF
        assert response.headers["Content-Disposition"] == f'attachment; filename="{sealed.slug}.pdf"'
        assert response.headers["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("tail", ["document.pdf", "certificate.json"])
    def test_is_not_there_before_it_is_registered(self, client_for, drafter, issued, url, tail):
        assert client_for(drafter).get(url(issued, tail)).status_code == 404

    def test_is_not_given_out_when_its_bytes_have_changed(self, client_for, drafter, sealed, url, settings):
        file = next((settings.FILES_DIR / sealed.document.file.book).rglob(sealed.document.sha256))
        file.chmod(0o600)
        file.write_bytes(PDF.replace(b"stand-in", b"tampered"))
        client = client_for(drafter)
        client.raise_request_exception = False
        response = client.get(url(sealed, "document.pdf"))
        assert response.status_code == 500
        assert b"tampered" not in response.content
        file.unlink()

    def test_says_the_same_to_machines(self, client_for, drafter, sealed, url):
        answer = client_for(drafter).get(url(sealed, "certificate.json")).json()
        assert answer["content"]["reference"] == sealed.reference
        assert answer["issue"]["content_hash"] == sealed.content_hash


class TestChanges:
    def test_shows_what_was_mended(self, client_for, officer, drafter, signatory, submitted, url):
        from euc import drafting

        services.send_back(certificate=submitted, by=officer, reason="Which order?")
        order = {"po_number": "PO-1-B", "po_date": submitted.po_date, "contract_number": ""}
        drafting.record_order(certificate=submitted, by=drafter, order=order)
        services.submit(certificate=Certificate.objects.get(pk=submitted.pk), by=signatory, notice_seen=True)
        rows = client_for(officer).get(url(submitted, "changes/")).context["changes"]
        assert {(row["old"], row["new"]) for row in rows} == {("PO-1", "PO-1-B"), ("C-PO-1", "")}

    @pytest.mark.parametrize("query", ["", "?to=1", "?to=99", "?to=-1", "?to=x", "?to=9999999"])
    def test_has_nothing_to_compare_with_one_revision(self, client_for, officer, submitted, url, query):
        response = client_for(officer).get(url(submitted, f"changes/{query}"))
        assert response.status_code == 200
        assert "nothing to compare" in response.content.decode()
