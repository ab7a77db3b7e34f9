"""The law of the paper, tried with random lives: whatever is allowed adds up."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euc import custody
from tests.bad_input.corpus import PROFILE

CHAIN = (11, 12, 13)


@dataclass
class Entry:
    slot: int
    version: int
    kind: str
    step_id: int | None
    happened_on: date | None


def live(choices):
    """A life in which each choice picks one of the possible happenings, or tries an impossible one."""
    entries, now, on = [], custody.Where(), date(2026, 1, 1)
    for pick, days, step in choices:
        kind = custody.KINDS[pick % len(custody.KINDS)]
        step_id = CHAIN[step % 3] if kind in custody.AT_STEPS else None
        on += timedelta(days=days)
        tried = [*entries, Entry(len(entries) + 1, 1, kind, step_id, on)]
        try:
            now = custody.follow(tried, CHAIN)
        except custody.Impossible:
            continue
        entries = tried
    return entries, now


class TestFollow:
    @PROFILE
    @given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 2)), max_size=60))
    def test_allows_only_what_adds_up(self, choices):
        entries, now = live(choices)
        stamped, holder = [], None
        for entry in entries:
            if entry.kind == custody.SIGNED:
                stamped, holder = [], None
            elif entry.kind == custody.HANDED_IN:
                assert holder is None
                holder = entry.step_id
                assert entry.step_id == CHAIN[len(stamped)], "in their order"
            elif entry.kind in {custody.ATTESTED, custody.REFUSED}:
                assert holder == entry.step_id, "only who holds it stamps or refuses"
                stamped += [entry.step_id] if entry.kind == custody.ATTESTED else []
                holder = None
            elif entry.kind == custody.SENT:
                assert tuple(stamped) == CHAIN, "nothing leaves without every stamp"
            elif entry.kind == custody.MISLAID:
                holder = None
        days = [entry.happened_on for entry in entries]
        assert days == sorted(days)
        assert now.step == holder

    @PROFILE
    @given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 2)), max_size=60))
    def test_of_a_life_whose_last_entry_is_reversed_is_that_of_the_life_before(self, choices):
        entries, _now = live(choices)
        if not entries:
            return
        reversal = Entry(entries[-1].slot, 2, custody.REVERSED, None, None)
        assert custody.follow([*entries, reversal], CHAIN) == custody.follow(entries[:-1], CHAIN)

    @pytest.mark.parametrize(
        ("place", "step", "expected"),
        [
            (custody.AWAITED, None, 3), (custody.WITH_IMPORTER, None, 3), (custody.AT_OFFICE, 11, 10),
            (custody.ON_THE_WAY, None, 7), (custody.ABROAD, None, None), (custody.VOID, None, None),
            (custody.AT_OFFICE, 99, None),
        ],
    )  # fmt: skip
    def test_expects_it_to_move_on_in_days(self, place, step, expected):
        since, days = date(2026, 2, 27), {custody.INK: 3, 11: 10, custody.COURIER: 7}
        due = custody.due_on(custody.Where(place, step), since=since, days=days)
        assert due == (since + timedelta(days=expected) if expected else None)
