"""Taking a step: three kinds of refusal, one event a change, and nothing half-done."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from accounts.roles import Role
from euc.models import Certificate
from workflow import engine, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus
from workflow.models import Event

AT = datetime(2026, 11, 20, 6, 10, tzinfo=UTC)


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


@pytest.fixture
def colleague(make_actor, importer):
    return make_actor("Charu Colleague", importer, Role.DRAFTER)


@pytest.fixture
def dropped(small_law, draft, drafter):
    engine.take(small_law, "drop", draft, by=drafter)
    return draft


class TestTake:
    def test_sets_the_status_and_more_columns_at_once(self, small_law, draft, drafter):
        engine.take(small_law, "drop", draft, by=drafter, at=AT, sets={"end_reason": "gone"})
        assert (draft.status, draft.end_reason) == ("WITHDRAWN", "gone")
        assert (stored(draft).status, stored(draft).end_reason) == ("WITHDRAWN", "gone")

    def test_writes_one_event_with_who_when_and_what(self, small_law, draft, drafter):
        before = Event.objects.count()
        event = engine.take(small_law, "drop", draft, by=drafter, at=AT, details={"note": "x"})
        assert Event.objects.count() == before + 1
        assert (event.verb, event.action) == ("small.drop", "drop")
        assert (event.from_status, event.to_status) == ("DRAFT", "WITHDRAWN")
        assert (event.person, event.person_name) == (drafter.person, str(drafter.person))
        assert event.organisation_name == str(drafter.organisation)
        assert (event.reference, event.book, event.at) == (draft.reference, draft.book, AT)
        assert event.details == {"note": "x"}
        assert events.about(draft).last() == event

    def test_reads_the_row_afresh(self, small_law, draft, drafter):
        stale = stored(draft)
        engine.take(small_law, "drop", draft, by=drafter)
        with pytest.raises(WrongStatus):
            engine.take(small_law, "drop", stale, by=drafter)

    def test_refuses_another_status_and_says_which(self, small_law, dropped, drafter):
        with pytest.raises(WrongStatus, match=f"{dropped.reference} is now withdrawn"):
            engine.take(small_law, "drop", dropped, by=drafter)

    def test_refuses_another_role(self, small_law, draft, signatory):
        with pytest.raises(NotAllowed, match="role"):
            engine.take(small_law, "drop", draft, by=signatory)

    def test_refuses_nobody(self, small_law, draft):
        with pytest.raises(NotAllowed, match="person"):
            engine.take(small_law, "drop", draft, by=None)

    def test_refuses_with_the_bar_s_own_sentence(self, small_law, dropped, drafter):
        with pytest.raises(NotAllowed, match=r"Not its author\."):
            engine.take(small_law, "restore", dropped, by=drafter, details={"reason": "again"})

    def test_lists_every_miss_the_question_first(self, small_law, dropped, colleague):
        with pytest.raises(Incomplete, match="2 points") as refusal:
            engine.take(small_law, "restore", dropped, by=colleague)
        assert [(miss.page, miss.field) for miss in refusal.value.misses] == [
            ("", "reason"),
            ("order", "po_number"),
        ]

    def test_does_not_take_an_empty_answer(self, small_law, dropped, colleague):
        with pytest.raises(Incomplete) as refusal:
            engine.take(small_law, "restore", dropped, by=colleague, details={"reason": ""})
        assert "reason" in {miss.field for miss in refusal.value.misses}

    def test_keeps_the_answer_in_the_event(self, small_law, dropped, colleague):
        Certificate.objects.filter(pk=dropped.pk).update(po_number="PO-1")
        engine.take(small_law, "restore", dropped, by=colleague, details={"reason": "again"})
        assert engine.last_reason(dropped, "small.restore") == "again"

    @pytest.mark.parametrize("verb", ["drop", "restore"])
    def test_changes_and_writes_nothing_when_it_refuses(self, small_law, dropped, signatory, verb):
        before = Event.objects.count()
        with pytest.raises(engine.Refusal):
            engine.take(small_law, verb, dropped, by=signatory)
        assert (stored(dropped).status, Event.objects.count()) == ("WITHDRAWN", before)

    def test_leaves_no_event_when_the_database_refuses(self, small_law, draft, drafter):
        before = Event.objects.count()
        with pytest.raises(IntegrityError):
            engine.take(small_law, "drop", draft, by=drafter, sets={"ended_at": AT})  # without ended_by
        assert (stored(draft).status, Event.objects.count()) == ("DRAFT", before)

    def test_knows_only_declared_verbs(self, small_law, draft, drafter):
        with pytest.raises(KeyError):
            engine.take(small_law, "burn", draft, by=drafter)


class TestLastReason:
    def test_is_empty_when_the_step_was_never_taken(self, draft):
        assert engine.last_reason(draft, "small.restore") == ""
