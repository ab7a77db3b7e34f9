"""The signed mass balance: frozen at a moment, equal to the command's numbers, sealed, registered, verified."""

import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from documents import signing, storing, verifying
from documents.models import Document
from euc import verification
from euc.models.certificate import today
from shipments import (
    accounts,
    balance_papers,
    balance_printing,
    consumption,
    consumption_printing,
    custody,
    incidents,
    services,
    statement,
)
from shipments.models import BalancePaper, Consignment, Lot, Posting
from shipments.services import LotPlan
from shipments.statement import Period
from tests.documents import poppler
from tests.races import together
from tests.shipments.voyage import KG
from workflow import errands, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Errand

ADDRESS = "https://example.test/v/abc/"


def print_it(monkeypatch):
    monkeypatch.setattr(signing, "current_signer", lambda: None)
    monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 1))
    assert errands.run(Errand.objects.get(kind=balance_papers.PRINT, state=Errand.PENDING).pk)


def this_month(months=1):
    return Period.of(today().year, today().month, months)


@pytest.fixture
def used(voyage):
    """A certificate with goods in most accounts."""
    lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
    voyage.booked(LotPlan(2, KG, 10))
    for verb, weight in (("issue", 60), ("send_to_job_worker", 10), ("sample", 1), ("lose", 1)):
        voyage.move(lot, verb, weight * KG, weight * 10)
    voyage.move(lot, "build_in", 50 * KG, 500)
    voyage.move(lot, "sell", 20 * KG, 200)
    voyage.move(lot, "export_product", 10 * KG, 100, to_place="DE")
    voyage.move(lot, "export_product", 5 * KG, 50, to_place="JP")
    voyage.move(lot, "scrap", 2 * KG, 20, source=accounts.IN_PRODUCTION)
    return voyage.certificate


class TestAsk:
    def test_freezes_the_numbers_of_the_command(self, used, drafter):
        out = StringIO()
        call_command("mass_balance", used.reference, stdout=out)
        paper = balance_papers.ask(certificate=used, by=drafter)
        assert paper.content["balance"] == json.loads(out.getvalue())
        assert len(paper.content["questions_zh"]) == len(paper.content["balance"]["questions"])

    def test_means_the_one_under_way(self, used, drafter, officer, monkeypatch):
        first = balance_papers.ask(certificate=used, by=drafter)
        assert balance_papers.ask(certificate=used, by=officer) == first
        print_it(monkeypatch)
        assert balance_papers.ask(certificate=used, by=officer).number == 2

    @pytest.mark.parametrize("who", ["stranger", "auditor", "analyst"])
    def test_is_for_the_importer_and_officers(self, used, who, request):
        with pytest.raises(NotAllowed):
            balance_papers.ask(certificate=used, by=request.getfixturevalue(who))

    def test_needs_an_issued_certificate(self, life, officer):
        with pytest.raises(WrongStatus):
            balance_papers.ask(certificate=life.submitted(), by=officer)

    def test_refuses_what_cannot_be_printed(self, voyage, drafter):
        lot = voyage.received(LotPlan(1, KG, 10)).lots()[0]
        voyage.move(lot, "issue", KG, 10)
        voyage.move(lot, "build_in", KG, 10)
        voyage.move(lot, "sell", KG, 10, to_place="\U00013000")
        with pytest.raises(Incomplete, match="point"):
            balance_papers.ask(certificate=voyage.certificate, by=drafter)

    def test_refuses_a_ledger_that_does_not_add_up(self, used, drafter):
        lot = Lot.objects.get(consignment__certificate=used, batch="H-1")
        lot.holdings.filter(account=accounts.ON_HAND).update(weight_mg=1)
        with pytest.raises(WrongStatus, match="does not add up"):
            balance_papers.ask(certificate=used, by=drafter)


class TestPrinted:
    def test_is_one_page_with_every_number_and_the_same_bytes(self, used, drafter, officer, tmp_path):
        incidents.report(
            certificate=used,
            by=officer,
            kind="DIVERSION",
            weight_mg=1,
            happened_on=today(),
            description="x",
            key="k",
        )
        content = balance_papers.ask(certificate=used, by=drafter).content
        pdf = balance_printing.balance_pdf(content=content, verify_url=ADDRESS)
        assert pdf == balance_printing.balance_pdf(content=content, verify_url=ADDRESS)
        text = "".join(poppler.text(pdf, tmp_path).split())
        for words in (used.reference, "物料平衡表", "DE10.000,JP5.000", "20.000", "IST", ADDRESS, "100.000"):
            assert "".join(words.split()) in text, words
        assert poppler.pages(pdf, tmp_path) == 1

    def test_stays_one_page_however_much_there_is(self, used, drafter, tmp_path):
        content = balance_papers.ask(certificate=used, by=drafter).content
        line = content["balance"]["lines"][0]
        every = [
            {"account": name, "place": "x", "weight_mg": KG, "pieces": 1} for name in content["accounts"]
        ]
        lines = [{**line, "line": n, "description": "Magnet " * 20, "where": every} for n in range(1, 41)]
        questions = ["Is it so, and where is what should be there, and who saw it? " * 2] * 9
        balance = {**content["balance"], "lines": lines, "questions": questions}
        much = {**content, "balance": balance, "questions_zh": ["是这样吗？" * 10] * 9}
        for some in (much, {**much, "balance": {**balance, "lines": lines[:8]}}):
            pdf = balance_printing.balance_pdf(content=some, verify_url=ADDRESS)
            assert poppler.pages(pdf, tmp_path) == 1

    def test_is_registered_and_verified_as_of_its_certificate(self, used, drafter, monkeypatch, client):
        balance_papers.ask(certificate=used, by=drafter)
        print_it(monkeypatch)
        paper = BalancePaper.objects.get()
        assert Document.objects.get(kind=verification.MASS_BALANCE) == paper.document
        pdf = storing.read(paper.document.file)
        assert verifying.examine(pdf).document == paper.document
        assert verification.of_document(paper.document).reference == used.reference
        page = client.post("/verify/", {"file": SimpleUploadedFile("b.pdf", pdf)}).content.decode()
        assert "Genuine and in force" in page
        changed = client.post("/verify/", {"file": SimpleUploadedFile("b.pdf", pdf + b" ")})
        assert "Not genuine" in changed.content.decode()
        assert [event.action for event in events.about(paper)] == ["ask", "seal"]

    def test_is_unsigned_by_nobody(self, used, drafter, settings, tmp_path):
        balance_papers.ask(certificate=used, by=drafter)
        settings.SEAL_PKCS12 = tmp_path / "absent.p12"
        assert not errands.run(Errand.objects.get(kind=balance_papers.PRINT).pk)
        assert BalancePaper.objects.get().document is None


class TestConsumption:
    @pytest.fixture
    def paper(self, used, drafter):
        return balance_papers.ask_consumption(certificate=used, period=this_month(), by=drafter)

    def test_freezes_the_figures_of_the_statement(self, used, paper):
        rows = statement.of(statement.lots_of(certificate=used), this_month())
        assert paper.content["total"] == statement.totals(rows)
        assert paper.content["total"]["used_mg"] == 50 * KG
        assert [(one["units"], one["weight_mg"]) for one in paper.content["products"]] == [(100, 50 * KG)]

    def test_leaves_out_what_was_reversed(self, used, voyage):
        built = Posting.objects.get(verb="build_in")
        for verb in ("sell", "export_product"):
            for posting in Posting.objects.filter(verb=verb):
                custody.reverse(posting=posting, by=voyage.drafter, reason="wrong")
        custody.reverse(posting=built, by=voyage.drafter, reason="wrong")
        assert consumption.products(used, this_month()) == []

    def test_is_one_page_with_a_blank_block_to_sign(self, paper, tmp_path):
        pdf = consumption_printing.consumption_pdf(content=paper.content, verify_url=ADDRESS)
        assert pdf == consumption_printing.consumption_pdf(content=paper.content, verify_url=ADDRESS)
        text = "".join(poppler.text(pdf, tmp_path).split())
        for words in ("DRAFT UNTIL SIGNED", "UDIN", "会计师证明", "Hub motor", "50.000", paper.reference):
            assert "".join(words.split()) in text, words
        assert poppler.pages(pdf, tmp_path) == 1

    def test_sums_what_would_be_too_long(self, paper, tmp_path):
        row = paper.content["rows"][0]
        much = {**paper.content, "rows": [row] * (consumption_printing.MOST_ROWS + 1)}
        pdf = consumption_printing.consumption_pdf(content=much, verify_url=ADDRESS)
        assert "41rowstogether" in "".join(poppler.text(pdf, tmp_path).split())
        assert poppler.pages(pdf, tmp_path) == 1

    def test_is_counted_beside_the_balance_and_verified(self, used, drafter, paper, monkeypatch):
        assert (paper.number, balance_papers.ask(certificate=used, by=drafter).number) == (1, 1)
        for _paper in range(2):
            monkeypatch.setattr(signing, "current_signer", lambda: None)
            monkeypatch.setattr(signing, "seal", lambda pdf, **given: signing.Sealed(pdf, "CN=Stand-in", 1))
            assert errands.run(Errand.objects.filter(kind=balance_papers.PRINT, state=Errand.PENDING)[0].pk)
        document = BalancePaper.objects.get(kind="CONSUMPTION").document
        assert document.kind == verification.CONSUMPTION
        assert verification.of_document(document).reference == used.reference

    def test_is_asked_for_on_the_page_of_its_period(self, client_for, used, drafter, monkeypatch):
        path = f"/certificates/{used.slug}/statement/"
        month = f"{today():%Y-%m}"
        answer = client_for(drafter).post(path + "paper/", {"month": month, "months": "3"})
        assert answer.headers["Location"] == f"{path}?month={month}&months=3"
        part = client_for(drafter).get(path + "paper/progress/", {"month": month, "months": "3"})
        assert "being made" in part.content.decode()
        print_it(monkeypatch)
        assert BalancePaper.objects.get().content["until"] == f"{this_month(3).last}"
        page = client_for(drafter).get(path).content.decode()
        assert f"{path}papers/1.pdf" in page
        file = client_for(drafter).get(f"{path}papers/1.pdf")
        assert "consumption-1.pdf" in file.headers["Content-Disposition"]

    @pytest.mark.parametrize("month", ["2026-13", "x", ""])
    def test_asks_again_for_a_month_that_is_none(self, client_for, used, drafter, month):
        path = f"/certificates/{used.slug}/statement/paper/"
        answer = client_for(drafter).post(path, {"month": month}, follow=True)
        assert answer.status_code == 422
        assert not BalancePaper.objects.exists()


class TestPages:
    def path(self, certificate, tail=""):
        return f"/certificates/{certificate.slug}/balance/{tail}"

    def test_ask_wait_and_fetch(self, client_for, used, drafter, analyst, monkeypatch):
        assert client_for(drafter).post(self.path(used, "paper/")).status_code == 302
        page = client_for(drafter).get(self.path(used)).content.decode()
        assert "The signed page is being made." in page
        assert "hx-get" in client_for(drafter).get(self.path(used, "paper/progress/")).content.decode()
        assert client_for(drafter).get(self.path(used, "papers/1.pdf")).status_code == 404
        print_it(monkeypatch)
        part = client_for(drafter).get(self.path(used, "paper/progress/")).content.decode()
        assert "hx-get" not in part
        assert self.path(used, "papers/1.pdf") in part
        file = client_for(analyst).get(self.path(used, "papers/1.pdf"))
        assert file.content.startswith(b"%PDF")
        assert "mass-balance-1.pdf" in file.headers["Content-Disposition"]
        assert "Make a signed page" not in client_for(analyst).get(self.path(used)).content.decode()

    def test_say_why_not(self, client_for, used, drafter):
        Lot.objects.get(batch="H-1").holdings.filter(account=accounts.ON_HAND).update(weight_mg=1)
        page = client_for(drafter).post(self.path(used, "paper/"), follow=True).content.decode()
        assert "does not add up" in page
        assert not BalancePaper.objects.exists()

    def test_of_another_importer_are_not_there(self, client_for, used, stranger):
        assert client_for(stranger).post(self.path(used, "paper/")).status_code == 404


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_paper_never_shows_half_a_posting_or_half_a_draw(self, voyage, drafter, monkeypatch):
        lot = voyage.received(LotPlan(1, 100 * KG, 1000)).lots()[0]
        for _turn in range(4):
            planned = voyage.planned(LotPlan(2, KG, 10))
            paper, _moved, _booked = together(
                lambda: balance_papers.ask(certificate=voyage.certificate, by=drafter),
                lambda: voyage.move(lot, "issue", KG, 10),
                lambda pk=planned.pk: book(voyage, pk),
            )
            assert isinstance(paper, BalancePaper), paper
            assert paper.content["balance"]["difference_mg"] == 0
            for line in paper.content["balance"]["lines"]:
                parts = line["given_up_mg"] + line["reserved_mg"] + line["drawn_mg"] + line["left_mg"]
                assert line["licensed_mg"] == parts
            print_it(monkeypatch)

    def test_two_who_ask_get_one(self, used, drafter, officer):
        papers = together(
            *(lambda by=by: balance_papers.ask(certificate=used, by=by) for by in (drafter, officer))
        )
        assert papers[0] == papers[1]
        assert Errand.objects.filter(kind=balance_papers.PRINT).count() == 1


def book(voyage, pk):
    services.book(consignment=Consignment.objects.get(pk=pk), by=voyage.drafter)
