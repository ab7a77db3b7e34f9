"""The rule: withdrawn ones do not count, decisions do, then the better source, then the later day."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from licensing.deriving import RANKS, Claim, Ruling, standing

START = datetime(2026, 9, 1, tzinfo=UTC)


def claim(pk, station, day, source="IMPORTER", hour=None, **given):
    received = START + timedelta(hours=pk if hour is None else hour)
    return Claim(pk, station, date(2026, 9, day), source, received, **given)


class TestStanding:
    def test_of_nothing_is_nothing(self):
        assert standing([]).claim is None

    def test_the_later_day_wins_among_equals(self):
        found = standing([claim(1, "ACCEPTED", 9), claim(2, "FILED", 3)])
        assert found.claim.station == "ACCEPTED"
        assert found.contradictions == ()

    def test_the_better_source_wins_over_the_later_day(self):
        found = standing([claim(1, "FILED", 3, "OFFICER"), claim(2, "ACCEPTED", 9, "EMAIL")])
        assert found.claim.station == "FILED"
        assert [against.station for against in found.contradictions] == ["ACCEPTED"]

    def test_the_one_received_later_wins_on_the_same_day(self):
        assert standing([claim(1, "FILED", 3), claim(2, "PROVINCE", 3)]).claim.station == "PROVINCE"

    def test_of_one_day_what_is_heard_later_from_a_weaker_source_asks_for_a_decision(self):
        found = standing([claim(1, "REVIEW", 3, "OFFICER"), claim(2, "REFUSED", 3, "FEED", hour=9)])
        assert found.claim.station == "REVIEW"
        assert [against.station for against in found.contradictions] == ["REFUSED"]
        heard_before = standing([claim(1, "REVIEW", 3, "OFFICER", hour=9), claim(2, "REFUSED", 3, "FEED")])
        assert heard_before.contradictions == ()

    def test_a_withdrawn_one_does_not_count(self):
        rows = [claim(1, "FILED", 3), claim(2, "ISSUED", 9, is_withdrawn=True)]
        assert standing(rows) == standing(rows[:1])

    def test_the_order_of_arrival_in_the_list_does_not_matter(self):
        rows = [
            claim(1, "FILED", 3),
            claim(2, "ACCEPTED", 5, "EMAIL"),
            claim(3, "REVIEW", 7),
            claim(4, "FILED", 6, "OFFICER"),
        ]
        assert len({standing(order) for order in permutations(rows)}) == 1


class TestRuling:
    ROWS = (claim(1, "FILED", 3, "OFFICER"), claim(2, "ACCEPTED", 9, "EMAIL"))

    def ruled(self, report, hours=10):
        return Ruling(report, START + timedelta(hours=hours))

    def test_makes_a_report_stand(self):
        found = standing(self.ROWS, [self.ruled(2)])
        assert (found.claim.station, found.contradictions) == ("ACCEPTED", ())

    def test_gives_way_to_something_later(self):
        later = claim(3, "REVIEW", 12, "EMAIL", hour=20)
        assert standing([*self.ROWS, later], [self.ruled(2)]).claim.station == "REVIEW"

    def test_stays_against_something_older_that_comes_later(self):
        late = claim(3, "PROVINCE", 4, "OFFICER", hour=20)
        assert standing([*self.ROWS, late], [self.ruled(2)]).claim.station == "ACCEPTED"

    def test_of_a_withdrawn_report_does_not_count(self):
        rows = [self.ROWS[0], claim(2, "ACCEPTED", 9, "EMAIL", is_withdrawn=True)]
        assert standing(rows, [self.ruled(2)]).claim.station == "FILED"

    def test_the_last_one_counts(self):
        assert standing(self.ROWS, [self.ruled(2), self.ruled(1, hours=11)]).claim.station == "FILED"


def oracle(claims, rulings):
    """The rule once more, written otherwise: throw out, then sort."""
    claims = [c for c in claims if not c.is_withdrawn]
    rulings = sorted(
        (r for r in rulings if any(c.pk == r.report for c in claims)), key=lambda r: (r.at, r.report)
    )
    if rulings:
        chosen = next(c for c in claims if c.pk == rulings[-1].report)
        claims = [c for c in claims if c.received_at > rulings[-1].at and c.on >= chosen.on]
        if not claims:
            return chosen
    claims = sorted(claims, key=lambda c: c.pk)
    claims = sorted(claims, key=lambda c: c.received_at)
    claims = sorted(claims, key=lambda c: c.on)
    claims = sorted(claims, key=lambda c: RANKS[c.source], reverse=True)
    return claims[-1] if claims else None


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_the_rule_written_otherwise(seed):
    chance = random.Random(seed)
    for _ in range(100):
        claims = [
            claim(
                pk,
                chance.choice(["FILED", "ACCEPTED", "REVIEW", "ISSUED"]),
                chance.randint(1, 28),
                chance.choice(list(RANKS)),
                hour=chance.randint(0, 50),
                is_withdrawn=chance.random() < 0.2,
            )
            for pk in range(chance.randint(0, 8))
        ]
        rulings = [
            Ruling(chance.randint(0, 8), START + timedelta(hours=chance.randint(0, 60)))
            for _ in range(chance.randint(0, 2))
        ]
        found = standing(claims, rulings)
        assert found.claim == oracle(claims, rulings)
        assert all(
            (c.on, c.received_at) > (found.claim.on, found.claim.received_at)
            and c.station != found.claim.station
            for c in found.contradictions
        )
