"""Without naming a lot: what was received first goes first, all in one transaction, as it was seen."""

import re
from datetime import timedelta
from functools import partial

import pytest

from euc.models.certificate import today
from shipments import accounts, balancing, checking, custody, oldest_first
from shipments.models import Consignment, Holding, Posting
from shipments.oldest_first import Shelf
from shipments.services import LotPlan
from tests.races import together
from tests.remembering import remembered
from tests.shipments.voyage import KG, STORE
from workflow.engine import Incomplete, NotAllowed, Refusal, WrongStatus


@remembered
def lots(voyage):
    """Three lots of ten kilograms and a hundred pieces: the second received before the first, the third today."""
    made = [voyage.received(LotPlan(1, 10 * KG, 100, batch=f"H-{n}")).lots()[0] for n in (1, 2, 3)]
    for lot, days in zip(made, (5, 9, 0), strict=True):
        rows = Consignment.objects.filter(pk=lot.consignment_id)
        rows.update(received_on=today() - timedelta(days=days))
    return made


@pytest.fixture
def shelf(lots):
    return Shelf.of(Holding.objects.get(lot=lots[0], account=accounts.ON_HAND))


def planned(shelf, weight, day=None, units=0):
    return [
        (part.lot.batch, part.weight_mg, part.pieces, part.units)
        for part in oldest_first.plan(shelf, weight, day or today(), units=units)
    ]


def take(shelf, drafter, weight, *, verb="issue", key="k", seen=None, units=0, **given):
    if seen is None:
        seen = oldest_first.fingerprint(oldest_first.plan(shelf, weight, today(), units=units))
    facts = {"document": "WO-1"} if verb == "issue" else {"product": "Hub motor", "units": units}
    return oldest_first.take(
        shelf=shelf, verb=verb, by=drafter, weight_mg=weight, happened_on=today(), key=key, seen=seen,
        **(facts | given),
    )  # fmt: skip


def in_store(lots):
    held = Holding.objects.filter(lot__in=lots, account=accounts.ON_HAND)
    return dict(held.values_list("lot__batch", "weight_mg"))


class TestPlan:
    @pytest.mark.parametrize(
        ("weight", "parts"),
        [
            (4 * KG, [("H-2", 4 * KG, 40, 0)]),
            (10 * KG, [("H-2", 10 * KG, 100, 0)]),
            (10 * KG + 1, [("H-2", 10 * KG, 100, 0), ("H-1", 1, 0, 0)]),
            (25 * KG, [("H-2", 10 * KG, 100, 0), ("H-1", 10 * KG, 100, 0), ("H-3", 5 * KG, 50, 0)]),
        ],
    )
    def test_takes_what_was_received_first(self, shelf, weight, parts):
        assert planned(shelf, weight) == parts

    def test_splits_units_so_that_none_is_lost(self, shelf):
        assert [units for *_rest, units in planned(shelf, 25 * KG, units=7)] == [2, 3, 2]
        assert [units for *_rest, units in planned(shelf, 25 * KG, units=1)] == [0, 0, 1]

    def test_leaves_what_came_after_the_day(self, shelf):
        with pytest.raises(
            custody.NotThere, match=re.escape("holds 20.000 kg of this goods line, in 2 lots")
        ):
            planned(shelf, 21 * KG, today() - timedelta(days=1))

    def test_says_what_remains_when_it_is_not_enough(self, shelf):
        with pytest.raises(custody.NotThere, match=re.escape("Chakan plant holds 30.000 kg")):
            planned(shelf, 30 * KG + 1)

    def test_stays_with_the_line_and_the_place(self, shelf, lots, voyage):
        voyage.received(LotPlan(2, 5 * KG, 5))
        voyage.move(lots[1], "transfer", 10 * KG, 100, to_place="Hosur")
        assert planned(shelf, 10 * KG) == [("H-1", 10 * KG, 100, 0)]


class TestTake:
    def test_posts_one_move_a_lot(self, shelf, lots, drafter):
        made = take(shelf, drafter, 25 * KG)
        assert [(posting.lot.batch, posting.weight_mg, posting.pieces) for posting in made] == [
            ("H-2", 10 * KG, 100), ("H-1", 10 * KG, 100), ("H-3", 5 * KG, 50),
        ]  # fmt: skip
        assert {posting.document for posting in made} == {"WO-1"}
        assert in_store(lots) == {"H-1": 0, "H-2": 0, "H-3": 5 * KG}
        assert [result.name for result in checking.results() if not result.holds] == []

    def test_consumes_from_production_and_counts_each_product_once(self, shelf, drafter, voyage):
        take(shelf, drafter, 25 * KG)
        made = Shelf(shelf.line, accounts.IN_PRODUCTION, STORE)
        take(made, drafter, 25 * KG, verb="build_in", key="b", units=7)
        assert balancing.of(voyage.certificate).norm.units == 7

    def test_happens_once(self, shelf, lots, drafter):
        seen = oldest_first.fingerprint(oldest_first.plan(shelf, 25 * KG, today()))
        first = take(shelf, drafter, 25 * KG, seen=seen)
        assert take(shelf, drafter, 25 * KG, seen=seen) == first
        assert in_store(lots)["H-3"] == 5 * KG
        with pytest.raises(WrongStatus, match="other figures"):
            take(shelf, drafter, KG, seen=seen)

    def test_refuses_what_the_person_did_not_see(self, shelf, lots, drafter, voyage):
        seen = oldest_first.fingerprint(oldest_first.plan(shelf, 5 * KG, today()))
        voyage.move(lots[1], "issue", 6 * KG, 60)
        with pytest.raises(oldest_first.Changed) as refused:
            take(shelf, drafter, 5 * KG, seen=seen)
        assert [part.lot.batch for part in refused.value.parts] == ["H-2", "H-1"]
        assert Posting.objects.filter(verb="issue").count() == 1

    def test_is_all_or_nothing(self, shelf, lots, drafter):
        with pytest.raises(Incomplete):
            take(shelf, drafter, 25 * KG, document="")
        assert not Posting.objects.filter(verb="issue").exists()

    def test_is_for_the_importer_and_moves_that_use(self, shelf, drafter, stranger, officer):
        for who in (stranger, officer):
            with pytest.raises(NotAllowed):
                take(shelf, who, KG)
        for verb in ("scrap", "build_in"):
            with pytest.raises(WrongStatus):
                take(shelf, drafter, KG, verb=verb, units=1)


class TestPages:
    @pytest.fixture
    def path(self, lots):
        return f"/stock/places/{lots[0].holdings.get(account=accounts.ON_HAND).pk}/oldest-first/issue/"

    def typed(self, **given):
        known = {"key": "a" * 32, "weight_mg": "25", "happened_on": f"{today():%d-%m-%Y}", "document": "WO-1"}
        return known | given

    def test_show_which_lots_before_anything_is_posted(self, client_for, path, lots, drafter):
        client = client_for(drafter)
        assert f'href="{path}"' in client.get(f"/stock/lots/{lots[0].pk}/").content.decode()
        assert client.get(path).status_code == 200
        shown = client.post(path, self.typed()).content.decode()
        assert [shown.index(f">{name}</a>") for name in ("H-2", "H-1", "H-3")] == sorted(
            shown.index(f">{name}</a>") for name in ("H-1", "H-2", "H-3")
        )
        assert not Posting.objects.filter(verb="issue").exists()
        seen = re.search(r'name="seen" value="(\w{64})"', shown)[1]
        for _time in range(2):
            assert client.post(path, self.typed(seen=seen)).status_code == 302
        assert Posting.objects.filter(verb="issue").count() == 3

    def test_show_anew_what_changed(self, client_for, path, drafter):
        client = client_for(drafter)
        answer = client.post(path, self.typed(seen="0" * 64))
        assert answer.status_code == 409
        seen = re.search(r'name="seen" value="(\w{64})"', answer.content.decode())[1]
        assert client.post(path, self.typed(seen=seen)).status_code == 302

    @pytest.mark.parametrize(
        ("given", "status", "said"),
        [
            ({"weight_mg": "31"}, 409, "holds 30.000 kg"),
            ({"weight_mg": "0"}, 422, "WO-1"),
            ({"weight_mg": "x"}, 422, "WO-1"),
            ({"document": ""}, 422, "25"),
            ({"happened_on": "31-02-2026"}, 422, "WO-1"),
        ],
    )
    def test_say_why_not_and_keep_what_was_typed(self, client_for, path, drafter, given, status, said):
        answer = client_for(drafter).post(path, self.typed(**given))
        assert (answer.status_code, said in answer.content.decode()) == (status, True)

    def test_know_two_moves_and_ones_own_stock(self, client_for, path, drafter, stranger):
        assert client_for(drafter).get(path.replace("issue", "scrap")).status_code == 404
        assert client_for(drafter).get(path.replace("issue", "build-in")).status_code == 404
        assert client_for(stranger).get(path).status_code == 404


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_at_once_never_take_the_same_gram(self, voyage, drafter, lots):
        shelf = Shelf.of(Holding.objects.get(lot=lots[0], account=accounts.ON_HAND))
        for turn in range(3):
            seen = oldest_first.fingerprint(oldest_first.plan(shelf, 6 * KG, today()))
            asked = [partial(take, shelf, drafter, 6 * KG, key=f"{turn}-{n}", seen=seen) for n in (1, 2)]
            done = together(*asked)
            assert sorted(isinstance(one, Refusal) for one in done) == [False, True], done
        assert sum(in_store(lots).values()) == 12 * KG
        assert [result.name for result in checking.results() if not result.holds] == []
