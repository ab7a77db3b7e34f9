"""Work owed: claimed by a lease, settled once by whoever holds the token, retried, and stopped when hopeless."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.races import together
from workflow import doorbell, errands, events
from workflow.errands import Handler
from workflow.models import RING_AGAIN_AFTER, Errand, Event

KIND = "test.paint"
BOOK = "org-900"


class Painter:
    """A handler that counts its works, and writes one event for each effect."""

    def __init__(self, actor):
        self.actor = actor
        self.works = 0
        self.fails_with = None
        self.meanwhile = lambda errand: None

    def work(self, errand):
        self.works += 1
        mine = self.works
        self.meanwhile(errand)
        if self.fails_with:
            raise self.fails_with
        return mine

    def settle(self, errand, result):
        events.record(
            book=BOOK, subject=errand, verb="test.painted", by=self.actor, details={"by_work": result}
        )

    @property
    def effects(self):
        return [event.details["by_work"] for event in Event.objects.filter(verb="test.painted")]


@pytest.fixture
def painter(drafter, monkeypatch):
    made = Painter(drafter)
    monkeypatch.setitem(errands.HANDLERS, KIND, Handler(made.work, made.settle))
    return made


@pytest.fixture
def errand(db):
    return make_errand()


@pytest.fixture
def rung(monkeypatch):
    """The errands that were rung for, in order."""
    heard = []
    monkeypatch.setattr(doorbell, "ring", heard.append)
    monkeypatch.setattr(doorbell, "publish", heard.append)
    return heard


def make_errand(**given):
    default = {
        "kind": KIND, "key": f"{KIND}:{uuid.uuid4()}", "book": BOOK,
        "subject_type": "test.wall", "subject_id": 1, "reference": "WALL/1",
    }  # fmt: skip
    return Errand.objects.create(**default | given)


def now(errand):
    return Errand.objects.get(pk=errand.pk)


def set_columns(errand, **columns):
    Errand.objects.filter(pk=errand.pk).update(**columns)


def expire_lease(errand):
    set_columns(errand, lease_until=timezone.now() - timedelta(seconds=1))


def die_holding(errand, **columns):
    """As a worker leaves it that was killed at work a while ago."""
    gone = timezone.now() - timedelta(seconds=1)
    set_columns(errand, lease_token=uuid.uuid4(), lease_until=gone, **columns)


def make_due(errand):
    set_columns(errand, due_at=timezone.now() - timedelta(seconds=1))


class TestOwe:
    def test_writes_what_is_owed_about_what(self, draft):
        errand = errands.owe(KIND, subject=draft, key="1")
        assert (errand.kind, errand.subject_id, errand.reference) == (KIND, draft.pk, draft.reference)
        assert (errand.book, errand.state, errand.attempts) == (draft.book, Errand.PENDING, 0)
        assert list(errands.of(draft)) == [errand]

    def test_owes_the_same_work_once(self, draft):
        assert errands.owe(KIND, subject=draft, key="1") == errands.owe(KIND, subject=draft, key="1")
        errands.owe(KIND, subject=draft, key="2")
        assert errands.of(draft).count() == 2

    def test_rings_after_the_commit_only(self, draft, rung, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            errand = errands.owe(KIND, subject=draft)
            assert rung == []
        assert rung == [errand.pk]

    def test_owes_nothing_when_the_transaction_fails(self, draft, rung):
        with transaction.atomic():
            errands.owe(KIND, subject=draft)
            transaction.set_rollback(True)
        assert not errands.of(draft).exists()

    def test_does_not_fail_when_the_bell_does(self, draft, monkeypatch, django_capture_on_commit_callbacks):
        monkeypatch.setattr(doorbell, "ring", lambda errand_id: 1 / 0)
        with django_capture_on_commit_callbacks(execute=True):
            errands.owe(KIND, subject=draft)
        assert errands.of(draft).exists()


class TestRun:
    def test_does_the_work_and_settles_it(self, painter, errand):
        assert errands.run(errand.pk) is True
        done = now(errand)
        assert (done.state, done.attempts, done.lease_token, done.last_error) == (Errand.DONE, 1, None, "")
        assert done.done_at is not None
        assert painter.effects == [1]

    def test_has_one_effect_for_five_deliveries(self, painter, errand):
        assert [errands.run(errand.pk) for _ in range(5)] == [True, False, False, False, False]
        assert (painter.works, painter.effects) == (1, [1])

    def test_leaves_alone_what_another_holds(self, painter, errand):
        set_columns(errand, lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=60))
        assert errands.run(errand.pk) is False
        assert painter.works == 0

    def test_leaves_alone_what_is_not_due(self, painter, errand):
        set_columns(errand, due_at=timezone.now() + timedelta(seconds=60))
        assert errands.run(errand.pk) is False
        assert painter.works == 0

    def test_shrugs_at_an_errand_that_does_not_exist(self, painter, db):
        assert errands.run(4711) is False

    def test_holds_a_lease_while_it_works(self, painter, errand, settings):
        settings.ERRAND_LEASE_SECONDS = 77
        seen = []
        painter.meanwhile = lambda errand: seen.append(now(errand))
        errands.run(errand.pk)
        assert seen[0].is_running
        left = seen[0].lease_until - timezone.now()
        assert timedelta(seconds=70) < left <= timedelta(seconds=77)

    def test_takes_over_when_the_lease_is_over(self, painter, errand):
        die_holding(errand, attempts=1)
        assert errands.run(errand.pk) is True
        assert now(errand).attempts == 2

    def test_discards_the_result_of_a_worker_that_was_overtaken(self, painter, errand):
        answers = []

        def be_overtaken(errand):
            if painter.works == 1:
                expire_lease(errand)
                answers.append(errands.run(errand.pk))

        painter.meanwhile = be_overtaken
        answers.append(errands.run(errand.pk))
        assert answers == [True, False], "the second worker won, the first was fenced off"
        assert painter.effects == [2]
        assert (now(errand).state, now(errand).attempts) == (Errand.DONE, 2)

    def test_leaves_the_lease_of_its_successor_when_it_fails_late(self, painter, errand):
        token = uuid.uuid4()
        later = timezone.now() + timedelta(seconds=60)

        def lose_the_lease(errand):
            set_columns(errand, lease_token=token, lease_until=later)
            raise OSError("too late")

        painter.meanwhile = lose_the_lease
        assert errands.run(errand.pk) is False
        assert (now(errand).lease_token, now(errand).last_error) == (token, "")

    def test_has_no_effect_when_the_settling_fails(self, painter, errand, monkeypatch):
        def settle(errand, result):
            painter.settle(errand, result)
            raise ValueError("torn")

        monkeypatch.setitem(errands.HANDLERS, KIND, Handler(painter.work, settle))
        assert errands.run(errand.pk) is False
        assert painter.effects == []
        assert (now(errand).state, now(errand).last_error) == (Errand.PENDING, "ValueError: torn")

    def test_keeps_a_kind_that_nobody_handles_for_a_person_to_see(self, db):
        errand = make_errand(kind="test.unknown")
        assert errands.run(errand.pk) is False
        assert "test.unknown" in now(errand).last_error


class TestFailures:
    @pytest.fixture(autouse=True)
    def _fails(self, painter):
        painter.fails_with = ValueError("no brush")

    def test_say_why_and_wait(self, errand):
        errands.run(errand.pk)
        failed = now(errand)
        assert (failed.state, failed.last_error) == (Errand.PENDING, "ValueError: no brush")
        assert failed.lease_token is None
        assert failed.due_at > timezone.now() + timedelta(seconds=3)

    def test_end_after_the_allowed_attempts(self, painter, errand, settings):
        for _ in range(settings.ERRAND_MAX_ATTEMPTS + 3):
            errands.run(errand.pk)
            make_due(errand)
        assert painter.works == settings.ERRAND_MAX_ATTEMPTS
        assert (now(errand).state, now(errand).last_error) == (Errand.DEAD, "ValueError: no brush")

    def test_end_too_when_the_workers_die_without_a_word(self, painter, errand, settings):
        die_holding(errand, attempts=settings.ERRAND_MAX_ATTEMPTS)
        assert errands.run(errand.pk) is False
        assert painter.works == 0
        assert now(errand).state == Errand.DEAD
        assert "before it could report" in now(errand).last_error

    def test_keep_the_last_word_of_workers_that_die_later(self, errand, settings):
        die_holding(errand, attempts=settings.ERRAND_MAX_ATTEMPTS, last_error="OSError: disk")
        errands.run(errand.pk)
        assert now(errand).last_error == "OSError: disk"

    def test_keep_a_long_error_short(self, painter, errand):
        painter.fails_with = ValueError("x" * 100_000)
        errands.run(errand.pk)
        assert len(now(errand).last_error) == 2000

    def test_are_forgotten_after_a_success(self, painter, errand):
        errands.run(errand.pk)
        make_due(errand)
        painter.fails_with = None
        assert errands.run(errand.pk) is True
        assert now(errand).last_error == ""


class TestBackoff:
    def test_doubles_up_to_ten_minutes(self):
        waits = [errands.backoff(n).total_seconds() for n in (0, 1, 2, 3, 4, 5, 8, 9, 50)]
        assert waits == [5, 5, 10, 20, 40, 80, 600, 600, 600]


class TestRetry:
    @pytest.fixture
    def dead(self, errand):
        set_columns(errand, state=Errand.DEAD, attempts=5, last_error="ValueError: no brush")
        return now(errand)

    def test_gives_a_fresh_set_of_attempts(self, painter, dead, officer):
        errands.retry(dead, by=officer)
        again = now(dead)
        assert (again.state, again.attempts, again.last_error) == (Errand.PENDING, 0, "")
        assert errands.run(dead.pk) is True

    def test_is_told_in_history(self, dead, officer):
        errands.retry(dead, by=officer)
        (event,) = events.about(dead)
        assert (event.verb, event.person, event.reference) == (
            "workflow.errand.retry",
            officer.person,
            dead.reference,
        )

    def test_rings_once(self, dead, officer, rung, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            errands.retry(dead, by=officer)
            errands.retry(dead, by=officer)
        assert rung == [dead.pk]
        assert events.about(dead).count() == 1

    def test_leaves_alone_what_is_not_dead(self, errand, officer):
        errands.retry(errand, by=officer)
        assert not events.about(errand).exists()


class TestSweep:
    @pytest.fixture
    def unheard(self, errand):
        long_ago = timezone.now() - RING_AGAIN_AFTER - timedelta(seconds=1)
        set_columns(errand, rung_at=long_ago)
        return errand

    def test_rings_for_what_nobody_heard(self, unheard, rung):
        assert errands.sweep() == 1
        assert rung == [unheard.pk]

    def test_does_not_ring_twice_in_a_row(self, unheard, rung):
        errands.sweep()
        assert errands.sweep() == 0
        assert rung == [unheard.pk]

    def test_rings_again_later(self, unheard, rung):
        errands.sweep()
        assert errands.sweep(at=timezone.now() + RING_AGAIN_AFTER + timedelta(seconds=1)) == 1

    def test_waits_for_a_hint_just_given(self, errand, rung):
        assert errands.sweep() == 0

    @pytest.mark.parametrize("state", [Errand.DEAD, Errand.DONE])
    def test_leaves_the_finished_alone(self, unheard, rung, state):
        set_columns(unheard, state=state, done_at=timezone.now() if state == Errand.DONE else None)
        assert errands.sweep() == 0

    def test_leaves_running_work_alone(self, unheard, rung):
        set_columns(unheard, lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=60))
        assert errands.sweep() == 0

    def test_rings_for_work_whose_worker_died(self, unheard, rung):
        set_columns(unheard, lease_token=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
        assert errands.sweep() == 1

    def test_waits_until_it_is_due(self, unheard, rung):
        set_columns(unheard, due_at=timezone.now() + timedelta(seconds=60))
        assert errands.sweep() == 0

    def test_takes_a_batch_at_a_time_the_longest_due_first(self, db, rung):
        long_ago = timezone.now() - timedelta(hours=1)
        made = [
            make_errand(rung_at=long_ago, due_at=long_ago + timedelta(minutes=minute)) for minute in (2, 0, 1)
        ]
        assert errands.sweep(limit=2) == 2
        assert rung == [made[1].pk, made[2].pk]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestFiveDeliveriesAtOnce:
    def test_have_one_effect(self, painter, errand):
        results = together(*(lambda: errands.run(errand.pk) for _ in range(5)))
        assert sorted(results) == [False, False, False, False, True]
        assert (painter.works, len(painter.effects)) == (1, 1)

    def test_owe_the_same_work_once(self, draft):
        def owe():
            with transaction.atomic():
                return errands.owe(KIND, subject=draft, key="1").pk

        assert len(set(together(*(owe for _ in range(5))))) == 1
        assert errands.of(draft).count() == 1

    def test_of_twenty_errands_do_each_once(self, painter, db):
        made = [make_errand().pk for _ in range(20)]
        results = together(*(lambda: [errands.run(pk) for pk in made] for _ in range(5)))
        assert [sum(column) for column in zip(*results, strict=True)] == [1] * 20
        assert len(painter.effects) == 20
