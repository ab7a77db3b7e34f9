"""History: one gapless hash chain a book, and a check that names whatever was changed behind its back."""

import json
import string
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.races import together
from tests.tampering import execute, unguarded
from workflow import events
from workflow.models import Book, Event

BOOK = "org-900"


def write(actor, number=1, book=BOOK, **given):
    return [
        events.record(
            book=book,
            subject=actor.organisation,
            verb=f"test.step_{n}",
            by=actor,
            reference=f"R-{n}",
            **given,
        )
        for n in range(number)
    ]


def verify_audit(capsys):
    """Exit status and output of the command."""
    try:
        call_command("verify_audit")
        status = 0
    except CommandError as error:
        status = error.returncode
    return status, capsys.readouterr().out


class TestRecord:
    def test_numbers_the_events_of_a_book_without_gap(self, drafter):
        assert [event.number for event in write(drafter, 4)] == [1, 2, 3, 4]
        assert Book.objects.get(name=BOOK).length == 4

    def test_chains_each_event_to_the_one_before(self, drafter):
        first, second = write(drafter, 2)
        assert first.previous_hash == events.GENESIS
        assert second.previous_hash == first.hash
        assert Book.objects.get(name=BOOK).head == second.hash

    def test_keeps_a_chain_a_book(self, drafter):
        write(drafter, 2)
        (other,) = write(drafter, book="org-901")
        assert (other.number, other.previous_hash) == (1, events.GENESIS)

    @pytest.mark.django_db(transaction=True)
    def test_refuses_to_write_outside_a_transaction(self, drafter):
        with pytest.raises(TransactionManagementError):
            write(drafter)

    def test_keeps_the_names_of_that_day(self, drafter):
        (event,) = write(drafter)
        type(drafter.person).objects.filter(pk=drafter.person.pk).update(full_name="Renamed")
        assert Event.objects.get(pk=event.pk).person_name != "Renamed"
        assert list(events.faults()) == []

    def test_takes_moments_of_any_zone(self, drafter):
        write(drafter, at=datetime(2026, 4, 1, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))))
        assert list(events.faults()) == []

    def test_refuses_what_json_cannot_say(self, drafter):
        with pytest.raises(ValueError, match="JSON"):
            write(drafter, details={"ratio": float("nan")})

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        details=st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**70), 2**70)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.decimals(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(string.printable, max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_hashes_what_the_database_gives_back(self, drafter, details):
        (event,) = write(drafter, details={"given": details})
        assert events.digest(Event.objects.get(pk=event.pk)) == event.hash


class TestFaults:
    @pytest.fixture
    def chain(self, drafter):
        write(drafter, 3, book="org-901")
        return write(drafter, 5, details={"amount": Decimal("1.50"), "said": "ठीक है 好"})

    def test_are_none_in_an_untouched_history(self, chain, capsys):
        status, said = verify_audit(capsys)
        assert status == 0
        assert "The history holds: 8 events." in said

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("person_name", "Dhruv Drafteq"),
            ("organisation_name", "Another Private Limited"),
            ("verb", "test.step_9"),
            ("subject_type", "accounts.organisatioo"),
            ("subject_id", 4711),
            ("reference", "R-9"),
            ("from_status", "X"),
            ("to_status", "X"),
            ("details", json.dumps({"amount": "1.51", "said": "ठीक है 好"})),
            ("at", datetime(2026, 1, 1, tzinfo=UTC)),
            ("previous_hash", "1" * 64),
            ("hash", "2" * 64),
        ],
    )
    def test_name_the_row_of_which_one_byte_was_changed(self, chain, capsys, column, value):
        with unguarded("workflow_event"):
            assert execute(f"UPDATE workflow_event SET {column} = %s WHERE id = %s", value, chain[2].pk) == 1
        status, said = verify_audit(capsys)
        assert status == 1
        assert f"{BOOK} #3: event row {chain[2].pk}" in said
        assert "org-901" not in said

    def test_name_another_person_put_in_place(self, chain, capsys, officer):
        with unguarded("workflow_event"):
            execute("UPDATE workflow_event SET person_id = %s WHERE id = %s", officer.person.pk, chain[1].pk)
        assert f"{BOOK} #2: event row {chain[1].pk} was altered" in verify_audit(capsys)[1]

    def test_tell_of_a_rewritten_row_whose_hash_was_made_to_fit(self, chain, capsys):
        chain[2].reference = "R-9"
        with unguarded("workflow_event"):
            execute(
                "UPDATE workflow_event SET reference = 'R-9', hash = %s WHERE id = %s",
                events.digest(chain[2]),
                chain[2].pk,
            )
        assert verify_audit(capsys) == (
            1,
            f"{BOOK} #4: event row {chain[3].pk} does not follow the one before it\n",
        )

    def test_name_a_deleted_row(self, chain, capsys):
        with unguarded("workflow_event"):
            execute("DELETE FROM workflow_event WHERE id = %s", chain[2].pk)
        status, said = verify_audit(capsys)
        assert status == 1
        assert f"{BOOK} #3: event 3 is missing" in said

    def test_notice_a_cut_tail(self, chain, capsys):
        with unguarded("workflow_event"):
            execute("DELETE FROM workflow_event WHERE book = %s AND number > 3", BOOK)
        assert verify_audit(capsys) == (1, f"{BOOK} #4: the chain ends at 3, its head says 5\n")

    def test_notice_a_head_set_back(self, chain, capsys):
        Book.objects.filter(name=BOOK).update(length=4, head=chain[3].hash)
        assert verify_audit(capsys) == (1, f"{BOOK} #5: the chain goes on to 5, its head says 4\n")

    def test_notice_events_whose_head_was_deleted(self, chain, capsys):
        Book.objects.filter(name=BOOK).delete()
        assert verify_audit(capsys) == (1, f"{BOOK} #0: events without a book head\n")

    def test_notice_an_emptied_book(self, chain, capsys):
        with unguarded("workflow_event"):
            execute("DELETE FROM workflow_event WHERE book = %s", BOOK)
        assert verify_audit(capsys) == (1, f"{BOOK} #1: the chain ends at 0, its head says 5\n")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestConcurrentEvents:
    def append(self, actor, times):
        for _ in range(times):
            with transaction.atomic():
                write(actor)

    def test_of_a_new_book_leave_no_gap(self, drafter, officer):
        writers = [drafter, officer] * 4
        results = together(*(lambda by=by: self.append(by, 10) for by in writers))
        assert results == [None] * 8
        numbers = Event.objects.filter(book=BOOK).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, 81))
        assert list(events.faults()) == []

    def test_are_no_fault_to_a_check_that_runs_meanwhile(self, drafter):
        self.append(drafter, 1)
        found = []

        def check():
            for _ in range(15):
                found.extend(events.faults())

        results = together(check, *(lambda: self.append(drafter, 15) for _ in range(3)))
        assert results == [None] * 4
        assert found == []
