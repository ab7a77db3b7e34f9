"""Briefs to the ministry: facts frozen when asked for, printed and sealed by a worker, words for a mail."""

import io
from datetime import date, timedelta

import pypdf
import pytest
import time_machine
from django.utils import translation

from documents import storing
from licensing import brief_printing, briefing, services
from licensing.models import CaseBrief
from tests.documents.conftest import key_settings, made_keys, sealing_key
from tests.licensing.test_reminding import noon
from tests.licensing.test_services import fresh
from tests.remembering import remembered
from workflow import errands
from workflow.engine import NotAllowed, WrongStatus
from workflow.models import Errand, Event

__all__ = ["key_settings", "made_keys", "sealing_key"]

ACCEPTED, LATE = date(2026, 4, 20), date(2026, 7, 1)  # due on 25 June 2026


@remembered
def case(life):
    with time_machine.travel(noon(date(2026, 4, 1)), tick=False):
        case = services.open_case(certificate=life.issued(), by=life.drafter)
    with time_machine.travel(noon(ACCEPTED), tick=False):
        services.report(
            case=case, by=life.drafter, claimed="ACCEPTED", claimed_on=ACCEPTED, application_number="SQ-7"
        )
    return fresh(case)


def prepare(case, life, asks="Please ask in Beijing.", on=LATE):
    with time_machine.travel(noon(on), tick=False):
        return briefing.prepare(case=case, by=life.drafter, asks=asks)


def text_of(pdf):
    return " ".join("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


class TestPrepare:
    def test_freezes_the_facts_with_their_sources(self, case, life):
        told = prepare(case, life).facts
        assert (told["accepted_on"], told["application"], told["status"]) == (
            "2026-04-20",
            "SQ-7",
            "ACCEPTED",
        )
        assert told["clock"] == {
            "number": 49, "limit": 45, "due_on": "2026-06-25", "overdue": 4, "is_provisional": False,
            "is_paused": False,
        }  # fmt: skip
        assert [(row["claimed"], row["source"]) for row in told["reports"]] == [("ACCEPTED", "IMPORTER")]
        assert told["goods"][0]["weight_mg"] == case.certificate.lines()[0].net_weight_mg

    def test_later_reports_do_not_change_it(self, case, life):
        brief = prepare(case, life)
        with time_machine.travel(noon(LATE), tick=False):
            services.report(case=case, by=life.drafter, claimed="PAUSED", claimed_on=LATE)
        assert CaseBrief.objects.get().facts == brief.facts

    def test_leaves_out_what_was_withdrawn(self, case, life):
        with time_machine.travel(noon(LATE), tick=False):
            wrong = services.report(case=case, by=life.drafter, claimed="REVIEW", claimed_on=LATE)
            services.withdraw_report(report=wrong, by=life.drafter, reason="misheard")
        assert [row["claimed"] for row in prepare(fresh(case), life).facts["reports"]] == ["ACCEPTED"]

    def test_is_in_the_history_and_owes_its_pdf(self, case, life):
        assert [prepare(case, life).number, prepare(case, life).number] == [1, 2]
        assert Event.objects.filter(verb="licensing.case.brief").count() == 2
        assert Errand.objects.filter(kind=briefing.MAKE).count() == 2

    def test_is_refused_for_a_case_that_has_ended(self, case, life):
        with time_machine.travel(noon(LATE), tick=False):
            services.report(case=case, by=life.drafter, claimed="REFUSED", claimed_on=LATE)
        with pytest.raises(WrongStatus):
            prepare(fresh(case), life)

    def test_is_refused_to_who_may_not_report(self, case, analyst, stranger):
        for actor in (analyst, stranger):
            with pytest.raises(NotAllowed):
                briefing.prepare(case=case, by=actor, asks="Please.")

    def test_stops_after_ten_a_day(self, case, life):
        for _ in range(briefing.MOST_A_DAY):
            prepare(case, life)
        with pytest.raises(WrongStatus):
            prepare(case, life)
        assert prepare(case, life, on=LATE + timedelta(days=2)).number == 11


@pytest.mark.usefixtures("sealing_key")
class TestPdf:
    def test_is_made_once_and_says_what_was_known(self, case, life):
        prepare(case, life)
        errand = Errand.objects.get(kind=briefing.MAKE)
        assert errands.run(errand.pk)
        pdf = storing.read(CaseBrief.objects.select_related("file").get().file)
        text = text_of(pdf)
        for words in (
            case.reference,
            "Please ask in Beijing.",
            "working day 49 of 45",
            "4 working days overdue",
            "SQ-7",
        ):
            assert words in text
        assert b"/ByteRange" in pdf

    def test_is_written_in_the_language_of_who_asks(self, case, life):
        with translation.override("hi"):
            brief = prepare(case, life)
        text = text_of(brief_printing.pdf(brief))
        assert "आवेदन" in text
        assert "The application" not in text

    def test_holds_the_longest_history_and_markup_as_text(self, case, life):
        with time_machine.travel(noon(LATE), tick=False):
            for _ in range(20):
                services.report(case=case, by=life.drafter, claimed="REVIEW", claimed_on=LATE)
        brief = prepare(case, life, asks="<b>bold</b> & 磁铁 " + "x" * 900)
        text = text_of(brief_printing.pdf(brief))
        assert "<b>bold</b> & 磁铁" in text
        assert "9 earlier reports are left out" in text


class TestMail:
    def test_says_the_same_as_plain_text(self, case, life):
        text = brief_printing.mail_text(prepare(case, life, asks="Ask <now> & soon"))
        assert "Ask <now> & soon" in text
        assert (
            "Time limit of the review: working day 49 of 45, due on 25-06-2026, 4 working days overdue"
            in text
        )
        assert "- 20-04-2026: accepted (importer, told by the exporter)" in text
