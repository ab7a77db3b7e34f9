"""The custody ledger: moves, asked questions, corrections; nothing vanishes, nothing is changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from euc import dating
from euc.models import Clause
from euc.models.certificate import today
from shipments import accounts, balancing, checking, custody, services, signal_law, signal_limits
from shipments.models import Holding, Posting, SignalLimit
from shipments.services import LotPlan
from tests.races import together
from tests.shipments.voyage import KG, STORE
from workflow import events
from workflow.append_only import WriteOnce
from workflow.engine import Incomplete, NotAllowed, WrongStatus


@pytest.fixture
def lot(received):
    return received.lots()[0]


def held(lot):
    rows = Holding.objects.filter(lot=lot).exclude(weight_mg=0)
    return {(row.account, row.place): row.weight_mg for row in rows}


def all_holds():
    return [result for result in checking.results() if not result.holds]


class TestMove:
    def test_takes_from_one_account_and_gives_to_another(self, voyage, lot):
        voyage.move(lot, "issue", 40 * KG, 400)
        assert held(lot) == {
            ("SUPPLIER", ""): -100 * KG,
            ("ON_HAND", STORE): 60 * KG,
            ("IN_PRODUCTION", STORE): 40 * KG,
        }
        told = events.about(lot).last()
        assert (told.verb, told.details["weight_mg"]) == ("shipments.lot.issue", 40 * KG)
        assert all_holds() == []

    @pytest.mark.parametrize(("weight", "pieces"), [(100 * KG + 1, 0), (KG, 1001)])
    def test_never_takes_more_than_there_is(self, voyage, lot, weight, pieces):
        with pytest.raises(custody.NotThere, match=f"In store · {STORE} holds 100.000 kg and 1000 pieces"):
            voyage.move(lot, "issue", weight, pieces)
        assert held(lot)["ON_HAND", STORE] == 100 * KG

    def test_the_same_key_posts_once(self, voyage, lot):
        first = voyage.move(lot, "issue", KG, key="form-1")
        assert voyage.move(lot, "issue", KG, key="form-1") == first
        with pytest.raises(WrongStatus, match="sent before"):
            voyage.move(lot, "issue", 2 * KG, key="form-1")
        assert held(lot)["IN_PRODUCTION", STORE] == KG

    @pytest.mark.parametrize("verb", [v for v, m in accounts.MOVES.items() if m.asks or m.holder])
    def test_asks_what_its_table_says(self, voyage, lot, verb):
        move = accounts.MOVES[verb]
        if move.clause:
            return
        blank = dict.fromkeys(move.asks, "") | ({"to_place": ""} if move.holder else {})
        with pytest.raises(Incomplete) as refused:
            voyage.move(lot, verb, KG, **blank)
        assert {miss.field for miss in refused.value.misses} == {
            *move.asks,
            *(["to_place"] if move.holder else []),
        }

    def test_refuses_a_source_that_is_not_in_the_table(self, voyage, lot):
        with pytest.raises(WrongStatus):
            voyage.move(lot, "sell", KG, source="ON_HAND")

    def test_a_transfer_goes_somewhere_else(self, voyage, lot):
        with pytest.raises(Incomplete):
            voyage.move(lot, "transfer", KG, to_place=STORE)
        voyage.move(lot, "transfer", KG, to_place="Pune store")
        assert held(lot)["ON_HAND", "Pune store"] == KG

    def test_days_lie_between_receipt_and_today(self, lot, voyage):
        for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
            with pytest.raises(Incomplete):
                custody.move(
                    lot=lot,
                    verb="take_back",
                    by=voyage.drafter,
                    from_account="IN_PRODUCTION",
                    from_place=STORE,
                    weight_mg=1,
                    happened_on=day,
                    key="k",
                )

    def test_nothing_moves_before_it_is_received(self, voyage):
        lot = voyage.departed().lots()[0]
        with pytest.raises(WrongStatus, match="not been received"):
            voyage.move(lot, "issue", KG)

    @pytest.mark.parametrize("who", ["stranger", "officer", "senior", "analyst"])
    def test_is_the_importers(self, lot, who, request):
        with pytest.raises(NotAllowed):
            custody.move(
                lot=lot,
                verb="issue",
                by=request.getfixturevalue(who),
                from_account="ON_HAND",
                from_place=STORE,
                weight_mg=1,
                happened_on=today(),
                key="k",
                document="W",
            )

    @pytest.mark.parametrize("verb", ["recycle", "return_to_supplier"])
    def test_needs_the_undertakings_exception(self, voyage, lot, verb):
        if verb == "recycle":
            voyage.move(lot, "scrap", KG)
        with pytest.raises(NotAllowed, match="undertaking"):
            voyage.move(lot, verb, KG)

    def test_scrap_goes_to_the_named_recycler_only(self, voyage, lot):
        pledge = voyage.certificate.undertakings.get()
        pledge.clauses.create(clause=Clause.objects.get(code="EX_SCRAP"), party_name="Deccan Recyclers")
        voyage.move(lot, "scrap", KG)
        with pytest.raises(Incomplete) as refused:
            voyage.move(lot, "recycle", KG, to_place="Somebody else")
        assert "Deccan Recyclers" in str(refused.value.misses[0].message)
        voyage.move(lot, "recycle", KG, to_place="Deccan Recyclers")
        assert held(lot)["RECYCLER", "Deccan Recyclers"] == KG


class TestReverse:
    def test_posts_the_opposite_once(self, voyage, lot):
        made = voyage.move(lot, "issue", 40 * KG, 400)
        back = custody.reverse(posting=made, by=voyage.drafter, reason="wrong lot")
        assert back.reverses == made
        assert held(lot)["ON_HAND", STORE] == 100 * KG
        with pytest.raises(WrongStatus, match="already"):
            custody.reverse(posting=made, by=voyage.drafter, reason="again")
        assert all_holds() == []

    def test_only_while_it_is_still_there(self, voyage, lot):
        made = voyage.move(lot, "issue", 40 * KG)
        voyage.move(lot, "build_in", 40 * KG)
        with pytest.raises(custody.NotThere):
            custody.reverse(posting=made, by=voyage.drafter, reason="wrong lot")

    def test_needs_a_reason_and_spares_the_steps(self, voyage, lot):
        made = voyage.move(lot, "issue", KG)
        with pytest.raises(Incomplete):
            custody.reverse(posting=made, by=voyage.drafter, reason="")
        shipped = Posting.objects.get(lot=lot, verb="ship")
        with pytest.raises(WrongStatus, match="step of the consignment"):
            custody.reverse(posting=shipped, by=voyage.drafter, reason="wrong")


class TestCount:
    def count(self, voyage, lot, mg, pieces=1000, **given):
        answers = {"witness": "S. Witness", "reason": "scale", "key": "count-1"} | given
        return custody.count(
            lot=lot,
            by=voyage.drafter,
            account="ON_HAND",
            place=STORE,
            counted_mg=mg,
            counted_pieces=pieces,
            happened_on=today(),
            **answers,
        )

    @pytest.mark.parametrize(
        ("mg", "pieces", "verbs"),
        [
            (100 * KG, 1000, []),
            (99 * KG, 990, ["count_less"]),
            (101 * KG, 1000, ["count_more"]),
            (99 * KG, 1001, ["count_less", "count_more"]),
            (100 * KG, 999, ["count_less"]),
        ],
    )
    def test_posts_the_difference(self, voyage, lot, mg, pieces, verbs):
        assert [made.verb for made in self.count(voyage, lot, mg, pieces)] == verbs
        row = Holding.objects.get(lot=lot, account="ON_HAND", place=STORE)
        assert (row.weight_mg, row.pieces) == (mg, pieces)
        assert self.count(voyage, lot, mg, pieces)[:2] == list(
            Posting.objects.filter(key__startswith="count-1")
        )
        assert all_holds() == []

    @pytest.mark.parametrize("name", ["witness", "reason"])
    def test_asks_for_a_witness_and_a_reason(self, voyage, lot, name):
        with pytest.raises(Incomplete) as refused:
            self.count(voyage, lot, KG, **{name: ""})
        assert [miss.field for miss in refused.value.misses] == [name]


class TestLedger:
    def test_is_written_once(self, lot):
        with pytest.raises(WriteOnce):
            Posting.objects.filter(lot=lot).update(weight_mg=1)

    @pytest.mark.parametrize("column", ["weight_mg", "pieces"])
    def test_no_account_is_overdrawn_in_the_database_either(self, lot, column):
        with pytest.raises(IntegrityError), transaction.atomic():
            Holding.objects.filter(lot=lot, account="ON_HAND").update(**{column: -1})

    @pytest.mark.parametrize(
        ("spoil", "name"),
        [
            (
                lambda lot: Holding.objects.filter(lot=lot, account="ON_HAND").update(weight_mg=1),
                "sum of their postings",
            ),
            (
                lambda lot: Holding.objects.filter(lot=lot, account="ON_HAND").update(weight_mg=1),
                "sums to zero",
            ),
            (lambda lot: type(lot.goods_line).objects.update(drawn_mg=1), "certificate lines keep the sum"),
            (lambda lot: type(lot.licence_line).objects.update(drawn_mg=1), "licence lines keep the sum"),
            (lambda lot: type(lot).objects.filter(pk=lot.pk).update(weight_mg=1), "status agrees"),
            (lambda lot: type(lot.consignment).objects.update(status="PLANNED"), "status agrees"),
        ],
    )
    def test_a_planted_fault_is_named(self, lot, spoil, name):
        assert all_holds() == []
        spoil(lot)
        assert any(name in result.name and result.first for result in all_holds())

    def test_a_lot_of_another_importer_is_named(self, lot, other_importer):
        type(lot).objects.filter(pk=lot.pk).update(importer=other_importer)
        assert [result.name for result in all_holds()] == ["nothing refers to another organisation"]


class TestBalance:
    def test_names_every_place_and_adds_up(self, voyage, lot, certificate):
        signal_limits.load()
        voyage.move(lot, "issue", 40 * KG, 400)
        voyage.move(lot, "build_in", 30 * KG, 300, units=10)
        voyage.move(lot, "export_product", 10 * KG, 100, to_place="US")
        voyage.move(lot, "scrap", 2 * KG)
        balance = balancing.of(certificate)
        first = balance.lines[0]
        assert first.licensed_mg == first.given_up_mg + first.reserved_mg + first.drawn_mg + first.left_mg
        assert (first.drawn_mg, first.entered_mg, first.received_mg) == (100 * KG, 100 * KG, 100 * KG)
        assert balance.difference_mg == 0
        where = {(p.account, p.place): p.weight_mg for p in balance.places()}
        assert where["EXPORTED_PRODUCT", "US"] == 10 * KG
        assert where["IN_PRODUCTION", STORE] == 10 * KG
        assert where["FINISHED", STORE] == 20 * KG
        assert balance.norm.percent == round((30 * KG - 10 * 950_000) * 100 / (10 * 950_000))
        assert balance.norm.is_beyond
        assert any("per product" in question for question in balance.questions)

    def test_keeps_the_tolerance_of_its_day(self, voyage, lot, certificate, officer, senior):
        """Ten products may hold 9.5 kg; 10.5 kg were built in, eleven per cent more."""
        signal_limits.load()
        voyage.move(lot, "issue", 40 * KG, 400)
        voyage.move(lot, "build_in", 10_500_000, 100, units=10)
        row = SignalLimit.objects.get(code="NORM-PERCENT")
        columns = {name: getattr(row, name) for name in ("kind", "source", "confidence")}
        columns |= {"value": 11, "effective_from": today()}
        made = dating.propose(
            kind=SignalLimit, law=signal_law.LIMIT, by=officer, columns=columns, supersedes=row
        )
        assert balancing.of(certificate).norm.tolerance == 5
        dating.adopt(row=made, law=signal_law.LIMIT, by=senior)
        yesterday = balancing.of(certificate, day=today() - timedelta(days=1))
        now = balancing.of(certificate)
        assert [(one.norm.percent, one.norm.tolerance) for one in (yesterday, now)] == [(11, 5), (11, 11)]
        assert any("per product" in question for question in yesterday.questions)
        assert not any("per product" in question for question in now.questions)
        assert balancing.as_json(now)["norm"]["tolerance_percent"] == 11

    def test_asks_nothing_of_a_norm_where_no_row_says_how_far(self, voyage, lot, certificate):
        voyage.move(lot, "issue", 40 * KG, 400)
        voyage.move(lot, "build_in", 40 * KG, 100, units=10)
        balance = balancing.of(certificate)
        assert (balance.norm.tolerance, balance.norm.is_beyond) == (None, False)

    def test_asks_about_what_is_missing(self, voyage, certificate):
        voyage.receive(voyage.cleared(LotPlan(1, 10 * KG)), lot1=KG)
        lost = voyage.departed(LotPlan(1, KG))
        services.lose(consignment=lost, by=voyage.drafter, on=today(), reason="the vessel sank")
        said = " ".join(balancing.of(certificate).questions)
        assert "never received" in said
        assert "lost or stolen" in said

    def test_costs_the_same_whatever_the_ledger(self, voyage, lot, certificate, django_assert_num_queries):
        with django_assert_num_queries(9):
            balancing.of(certificate)
        for _ in range(5):
            voyage.move(lot, "issue", KG)
        with django_assert_num_queries(9):
            balancing.of(certificate)

    def test_equals_a_recomputation_from_the_postings(self, voyage, certificate):
        for _ in range(2):
            lot = voyage.received(LotPlan(1, 50 * KG, 100)).lots()[0]
            voyage.move(lot, "issue", 20 * KG, 10)
            voyage.move(lot, "build_in", 15 * KG, 5)
        again: dict[tuple[str, str], int] = {}
        for row in Posting.objects.filter(lot__consignment__certificate=certificate):
            for sign, account, place in (
                (-1, row.from_account, row.from_place),
                (1, row.to_account, row.to_place),
            ):
                again[account, place] = again.get((account, place), 0) + sign * row.weight_mg
        kept = {(p.account, p.place): p.weight_mg for p in balancing.of(certificate).places()}
        assert kept == {key: weight for key, weight in again.items() if weight}
        assert sum(again.values()) == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_people_cannot_take_the_same_grams(self, voyage, lot):
        results = together(*(lambda: voyage.move(lot, "issue", 60 * KG) for _ in range(4)))
        assert sum(isinstance(result, Posting) for result in results) == 1
        assert sum(isinstance(result, custody.NotThere) for result in results) == 3
        assert all_holds() == []

    def test_one_form_sent_by_four_threads_posts_once(self, voyage, lot):
        results = together(*(lambda: voyage.move(lot, "issue", KG, key="same") for _ in range(4)))
        assert {type(result) for result in results} == {Posting}, results
        assert held(lot)["IN_PRODUCTION", STORE] == KG
