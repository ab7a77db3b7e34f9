"""Rows written by the thousand are the rows that objects would have written."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Organisation
from workflow import events, pouring
from workflow.models import Book, Event

AWKWARD = ["", "\\N", "a\tb", "a\nb\rc", "\\", "\\\\.", "'; --", "磁\U0001f9f2", "%s", '"', "\b\f\v", "NULL"]
BOOK = "org-950"


def events_of(actor, names):
    """Many events at once, and the same told one by one in a second book."""
    at = datetime(2026, 4, 1, 3, 4, 5, 678, tzinfo=UTC)
    details = [{"name": name, "weight": Decimal("1.50"), "day": at.date()} for name in names]
    told = [events.Told(n, f"R-{n}", given) for n, given in enumerate(details, start=1)]
    with transaction.atomic():
        events.record_many(
            book=BOOK, model=Organisation, verb="test.plan", by=actor, at=at, to_status="PLANNED", told=told
        )
        for one in told:
            events.record(
                book=f"{BOOK}1", subject=Organisation(pk=one.subject_id), verb="test.plan", by=actor, at=at,
                to_status="PLANNED", reference=one.reference, details=one.details,
            )  # fmt: skip
    return told


def rows_of(book):
    apart = ("id", "book", "hash", "previous_hash")
    names = [f.attname for f in Event._meta.concrete_fields if f.attname not in apart]
    return list(Event.objects.filter(book=book).order_by("number").values_list(*names))


class TestPour:
    def test_keeps_every_sign(self, drafter):
        events_of(drafter, AWKWARD)
        assert [e.details["name"] for e in Event.objects.filter(book=BOOK).order_by("number")] == AWKWARD

    @pytest.mark.django_db
    def test_is_refused_by_the_constraints(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            pouring.pour(Book, ("name", "length", "head"), [("a", 0, "x"), ("a", 0, "x")])


@pytest.mark.django_db
class TestKeys:
    def test_are_given_out_once(self):
        for _round in range(2):
            with transaction.atomic():
                keys = list(pouring.keys(Book, 3))
                pouring.pour(
                    Book, ("id", "name", "length", "head"), [(key, f"b-{key}", 0, "") for key in keys]
                )
        later = Book.objects.create(name="later")
        assert Book.objects.filter(name__startswith="b-").count() == 6
        assert later.pk > max(keys)


class TestRecordMany:
    def test_writes_what_would_be_told_one_by_one(self, drafter):
        events_of(drafter, AWKWARD)
        assert rows_of(BOOK) == rows_of(f"{BOOK}1")

    def test_goes_on_with_the_chain(self, drafter, django_assert_max_num_queries):
        events_of(drafter, "ab")
        events_of(drafter, "cd")
        assert list(events.faults()) == []
        assert Book.objects.get(name=BOOK).length == 4

    def test_takes_the_same_number_of_queries_for_all(self, drafter, django_assert_max_num_queries):
        told = [events.Told(n, f"R-{n}", {}) for n in range(500)]
        given = {"book": BOOK, "model": Organisation, "verb": "test.plan", "by": drafter, "to_status": "X"}
        with transaction.atomic(), django_assert_max_num_queries(8):
            events.record_many(**given, at=datetime.now(UTC), told=told)

    def test_sends_them_without_their_subject(self, drafter):
        heard = []

        def listen(sender, events, subject=None, **_given):
            heard.append((len(events), subject))

        events.recorded.connect(listen)
        try:
            events_of(drafter, "ab")
        finally:
            events.recorded.disconnect(listen)
        assert heard[0] == (2, None)

    @pytest.mark.django_db(transaction=True)
    def test_belongs_into_the_transaction_of_what_it_tells(self, drafter):
        with pytest.raises(transaction.TransactionManagementError):
            events.record_many(
                book=BOOK, model=Organisation, verb="x.y", by=drafter, at=datetime.now(UTC), to_status="",
                told=[],
            )  # fmt: skip
