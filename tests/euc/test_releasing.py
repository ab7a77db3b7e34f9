"""Giving up part of a certificate's quantity, and a year's capacity; one serial result whoever is first."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction

from euc import capacity, demonstration, drafting, releasing, services, workflow
from euc.models import Certificate, GoodsLine, QuantityRelease
from euc.models.certificate import financial_year, year_of
from tests.races import together
from tests.remembering import remembered
from workflow import engine, events
from workflow.engine import Incomplete, NotAllowed, WrongStatus

KG = 1_000_000
WHOLE = demonstration.GOODS["net_weight_mg"]


@remembered
def issued(life):
    certificate = life.approved(lines=(demonstration.GOODS, demonstration.SECOND_LINE))
    life.issue(certificate)
    return certificate


def give_up(certificate, by, weight_mg=100 * KG, number=1, **more):
    given = {"reason": "The plant stands still", **more}
    return releasing.give_up(
        certificate=Certificate.objects.get(pk=certificate.pk),
        by=by,
        number=number,
        weight_mg=weight_mg,
        **given,
    )


def left(certificate, number=1):
    return certificate.goods.get(number=number).left_mg


class TestGiveUp:
    def test_is_ledgered_line_by_line(self, life, issued):
        give_up(issued, life.signatory, pieces=9000)
        give_up(issued, life.signatory, 50 * KG)
        assert left(issued) == WHOLE - 150 * KG
        assert left(issued, 2) == demonstration.SECOND_LINE["net_weight_mg"]
        rows = QuantityRelease.objects.filter(certificate=issued).values_list("line", "weight_mg", "pieces")
        assert list(rows) == [(1, 100 * KG, 9000), (1, 50 * KG, 0)]
        told = events.about(issued).filter(verb="euc.certificate.give_up")
        assert [event.details["weight_mg"] for event in told] == [100 * KG, 50 * KG]
        assert issued.goods.get(number=1).released_pieces == 9000

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"weight_mg": WHOLE + 1}, "weight_mg"),
            ({"weight_mg": 0}, "weight_mg"),
            ({"weight_mg": -1}, "weight_mg"),
            ({"pieces": 110_001}, "pieces"),
            ({"reason": ""}, "reason"),
        ],
    )
    def test_refuses_what_cannot_be(self, life, issued, given, field):
        with pytest.raises(Incomplete) as refused:
            give_up(issued, life.signatory, **given)
        assert [miss.field for miss in refused.value.misses] == [field]
        assert left(issued) == WHOLE

    def test_refuses_everything_at_once(self, life, issued):
        give_up(issued, life.signatory, WHOLE)
        with pytest.raises(NotAllowed, match="revoke"):
            give_up(issued, life.signatory, demonstration.SECOND_LINE["net_weight_mg"], number=2)

    @pytest.mark.parametrize("who", ["drafter", "officer", "senior", "stranger"])
    def test_is_the_signatorys(self, issued, who, request):
        with pytest.raises(NotAllowed):
            give_up(issued, request.getfixturevalue(who))

    def test_ends_with_the_certificate(self, life, issued):
        services.revoke(certificate=issued, by=life.senior, reason="cancelled")
        with pytest.raises(WrongStatus, match="in force"):
            give_up(issued, life.signatory)

    def test_ends_with_the_validity_before_the_clock_says_so(self, life, expired):
        with pytest.raises(WrongStatus, match="in force"):
            give_up(expired, life.signatory)

    def test_stays_within_the_weight_in_the_database_too(self, issued):
        with pytest.raises(IntegrityError, match="released_within"), transaction.atomic():
            GoodsLine.objects.filter(certificate=issued, number=1).update(released_mg=WHOLE + 1)

    def test_is_not_copied(self, life, issued):
        give_up(issued, life.signatory)
        copied = drafting.copy(source=issued, by=life.drafter)
        assert copied.goods.get(number=1).released_mg == 0


class TestYear:
    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            (date(2026, 3, 31), date(2025, 4, 1), date(2026, 3, 31)),
            (date(2026, 4, 1), date(2026, 4, 1), date(2027, 3, 31)),
            (date(2026, 12, 31), date(2026, 4, 1), date(2027, 3, 31)),
        ],
    )
    def test_runs_from_april_to_march(self, day, first, last):
        assert year_of(day) == (first, last)
        assert financial_year(first) == financial_year(day) == financial_year(last)


class TestCapacity:
    CAPACITY = 24_000 * 950_000

    def test_counts_this_and_the_years_others(self, life, issued):
        repeat = drafting.copy(source=issued, by=life.drafter, repeat=True)
        give_up(issued, life.signatory, 200 * KG)
        use = capacity.of(repeat)
        first = WHOLE + demonstration.SECOND_LINE["net_weight_mg"]
        assert (use.capacity_mg, use.earlier_mg, use.this_mg) == (self.CAPACITY, first - 200 * KG, first)
        assert repeat.repeats == issued
        assert [other.pk for other in use.earlier] == [issued.pk]
        assert not use.is_exceeded

    def test_leaves_out_what_does_not_count(self, life, issued):
        services.revoke(certificate=issued, by=life.senior, reason="cancelled")
        other = life.draft()
        type(other.end_use).objects.filter(certificate=other).update(model="Another")
        assert capacity.of(life.draft()).earlier_mg == 0

    def test_leaves_out_another_model_and_the_one_it_replaces(self, life, issued):
        amended = drafting.copy(source=issued, by=life.drafter, supersede=True)
        assert capacity.of(amended).earlier_mg == 0
        draft = life.draft()
        draft.end_use.model = "Another"
        assert capacity.of(draft).earlier_mg == 0

    def test_counts_the_year_in_india(self, life):
        """At 19:00 UTC on 31 March it is already the next year in India."""
        with time_machine.travel("2026-03-31T18:00:00Z", tick=False):
            life.issued()
            assert capacity.of(life.draft()).earlier_mg == WHOLE
        with time_machine.travel("2026-03-31T19:00:00Z", tick=False):
            assert capacity.of(life.draft()).earlier_mg == 0

    def test_says_when_it_is_exceeded_and_when_it_is_not_stated(self, life, issued):
        draft = life.draft()
        draft.end_use.units_per_year = 2_500
        assert (capacity.of(draft).is_exceeded, capacity.of(draft).percent) == (True, 103)
        draft.end_use.units_per_year = None
        assert (capacity.of(draft).capacity_mg, capacity.of(draft).is_exceeded) == (None, False)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_supersede_and_release_have_one_order(self, life, issued):
        successor = life.successor(issued)

        def supersede():
            fresh = Certificate.objects.get(pk=successor.pk)
            services.issue(certificate=fresh, by=life.senior, seen_hash=fresh.content_hash)

        results = together(lambda: give_up(issued, life.signatory), supersede)
        assert results[1] is None
        assert Certificate.objects.get(pk=issued.pk).status == workflow.SUPERSEDED
        released = isinstance(results[0], QuantityRelease)
        assert released or isinstance(results[0], WrongStatus), results
        assert left(issued) == WHOLE - (100 * KG if released else 0)
        told = [event.action for event in events.about(issued)]
        assert told[-1] == "supersede", "nothing is given up of what no longer counts"
        assert list(events.faults()) == []

    def test_two_successors_take_the_place_once_and_the_other_is_told(self, life, issued):
        rivals = [life.successor(issued) for _ in range(3)]

        def take(rival):
            fresh = Certificate.objects.get(pk=rival.pk)
            return lambda: services.issue(certificate=fresh, by=life.senior, seen_hash=fresh.content_hash)

        results = together(*map(take, rivals))
        assert sum(isinstance(result, WrongStatus) for result in results) == 2, results

    def test_releases_never_add_up_to_more_than_there_is(self, life, issued):
        part = WHOLE // 3
        results = together(*[lambda: give_up(issued, life.signatory, part)] * 5)
        assert sum(isinstance(result, QuantityRelease) for result in results) == 3, results
        assert all(isinstance(result, QuantityRelease | engine.Refusal) for result in results)
        assert left(issued) == WHOLE - 3 * part
