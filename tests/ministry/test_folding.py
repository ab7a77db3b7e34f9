"""Totals are the sums of facts, facts are what a recomputation gives, and a figure is never older than its event."""

import pytest
from django.db.models import Q

from accounts import demonstration as people
from licensing import limits
from ministry import boards, folding, reading, rebuilding
from ministry.models import Fact, Pointer, Total
from shipments import demonstration


@pytest.fixture
def story(db, own_files):
    from euc import demonstration as certificates
    from euc import reference

    reference.load()
    limits.load()
    people.load()
    certificates.load()
    demonstration.load()


def test_every_figure_is_right_before_and_after_folding(story):
    assert Pointer.objects.exists()
    asks = [reading.Ask(board, (dim,)) for board, dims in boards.BOARDS.items() for dim in dims]
    before = [reading.Reader().read(ask) for ask in asks]
    folding.fold()
    assert not Pointer.objects.exists()
    assert [reading.Reader().read(ask) for ask in asks] == before
    assert rebuilding.differences() == []


def test_rebuild_gives_what_folding_gave(story):
    folding.fold()
    kept = set(
        Total.objects.exclude(Q(n=0, quantity_mg=0, value_cents=0)).values_list(
            "board", "dims", "period", "a", "b", *boards.MEASURES
        )
    )
    assert rebuilding.rebuild() == Fact.objects.count()
    assert set(Total.objects.values_list("board", "dims", "period", "a", "b", *boards.MEASURES)) == kept
