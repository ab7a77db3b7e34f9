"""Signals of the importers' own books: each is tripped by what it is for and by nothing near it, once."""

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts import notices
from accounts.models import Notice
from accounts.roles import Kind, Role
from euc import dating
from euc.models import Certificate
from euc.models.certificate import today
from shipments import (
    accounts,
    custody,
    services,
    signal_law,
    signal_limits,
    signal_sums,
    signal_words,
    signalling,
    signals,
    watch_law,
)
from shipments.models import Consignment, Signal, SignalLimit
from shipments.services import LotPlan
from shipments.signalling import Call, Counted, Plant, Products
from tests.factories import OrganisationFactory
from tests.remembering import remembered
from tests.shipments.voyage import KG, STORE
from workflow import events
from workflow.engine import Incomplete, NotAllowed

KNOWN = {"SCRAP_PERCENT": 10, "CONSUMPTION_PERCENT": 5, "COUNT_RUN": 3, "COUNT_PERCENT": 1, "LEAST_GRAMS": 1000,
         "PORT_ENTRIES": 5, "GROWTH_PERCENT": 25, "NORM_PERCENT": 5}  # fmt: skip


def codes(findings):
    return [code for finding in findings for code, _points in finding.reasons]


def call(**given):
    usual = {"before": 5, "there": 0, "of_certificate": 0, "of_certificate_there": 0, "is_of_others": False}
    return Call(certificate=1, consignment=2, port="INMAA1", **(usual | given))


class TestScrap:
    @pytest.mark.parametrize(
        ("built", "scrapped", "unused", "reasons"),
        [
            (90, 10, 0, []),
            (89, 11, 0, ["scrap_above_the_limit"]),
            (70, 30, 0, ["scrap_above_the_limit", "twice_the_limit"]),
            (89, 11, 6, ["scrap_above_the_limit", "scrapped_unused"]),
            (1, 0.5, 0, []),
            (0, 0, 0, []),
        ],
    )
    def test_is_held_against_what_was_consumed(self, built, scrapped, unused, reasons):
        plant = Plant(1, "Chakan", built * KG, int(scrapped * KG), unused * KG)
        assert codes(signalling.scrap([plant], KNOWN)) == reasons

    def test_needs_a_limit(self):
        assert signalling.scrap([Plant(1, "Chakan", 0, 100 * KG)], {}) == []


class TestConsumption:
    @pytest.mark.parametrize(
        ("built", "units", "reasons"),
        [
            (105, 100, []),
            (107, 100, ["more_than_products_hold"]),
            (105.9, 100, []),
            (201, 100, ["more_than_products_hold", "twice_the_products"]),
            (10, 100, []),
        ],
    )
    def test_is_held_against_the_products_made(self, built, units, reasons):
        made = Products(1, int(built * KG), units, KG)
        assert codes(signalling.consumption([made], KNOWN)) == reasons

    def test_says_nothing_where_the_weight_of_one_is_not_stated(self):
        assert signalling.consumption([Products(1, 100 * KG, 1, 0)], KNOWN) == []


class TestCounts:
    @pytest.mark.parametrize(
        ("missing", "reasons"),
        [
            ([KG, KG, KG], ["counts_go_one_way"]),
            ([-KG, -KG, -KG], ["counts_go_one_way"]),
            ([KG, -KG, KG, KG], []),
            ([-KG, KG, KG, KG], ["counts_go_one_way"]),
            ([5_000, 5_000, 5_000], []),
            ([11 * KG], ["more_missing_than_allowed"]),
            ([10 * KG], []),
            ([11 * KG, -8 * KG], []),
            ([5 * KG, 5 * KG, 5 * KG], ["counts_go_one_way", "more_missing_than_allowed"]),
        ],
    )
    def test_are_asked_about_when_they_drift(self, missing, reasons):
        assert codes(signalling.counts([Counted("Chakan", 1000 * KG, missing)], KNOWN)) == reasons


class TestPorts:
    @pytest.mark.parametrize(
        ("given", "reasons"),
        [
            ({}, ["new_port_of_the_importer"]),
            ({"is_of_others": True}, ["new_port_of_the_importer", "port_of_others"]),
            ({"before": 4, "is_of_others": True}, []),
            ({"there": 1}, []),
            ({"there": 1, "of_certificate": 5}, ["new_port_of_the_certificate"]),
            ({"there": 1, "of_certificate": 5, "of_certificate_there": 1}, []),
        ],
    )
    def test_are_asked_about_when_they_are_new_after_many(self, given, reasons):
        assert codes(signalling.ports([call(**given)], KNOWN)) == reasons


class TestWords:
    def test_say_every_reason_with_its_numbers(self):
        found = [
            *signalling.scrap([Plant(1, "x", 10 * KG, 90 * KG, 80 * KG)], KNOWN),
            *signalling.consumption([Products(1, 900 * KG, 1, KG)], KNOWN),
            *signalling.counts([Counted("x", KG, [5 * KG] * 3)], KNOWN),
            *signalling.ports([call(is_of_others=True, of_certificate=5)], KNOWN),
        ]
        said = [signal_words.reasons(Signal(reasons=one.reasons, facts=one.facts)) for one in found]
        assert {code for one in found for code, _points in one.reasons} == set(signal_words.REASONS)
        assert "90.000 kg" in said[0][0]["text"]
        assert all("%(" not in str(row["text"]) for rows in said for row in rows)


@remembered
def shipped_limits(voyage):
    signal_limits.load()


@remembered
def in_use(voyage, shipped_limits):
    """A hundred kilograms in store, of which sixty are in production."""
    lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
    voyage.move(lot, "issue", 60 * KG, 600)
    return lot


@pytest.fixture
def weigh(voyage, clock):
    return lambda: signals.weigh(importer=voyage.certificate.importer, by=clock)


def count(voyage, lot, missing_mg, key):
    held = lot.holdings.get(account=accounts.ON_HAND)
    custody.count(
        lot=lot, by=voyage.drafter, account=held.account, place=held.place, counted_mg=held.weight_mg - missing_mg,
        counted_pieces=held.pieces, happened_on=today(), witness="W", reason="r", key=key,
    )  # fmt: skip


class TestWeigh:
    def test_limits_ship_and_are_what_the_rules_are_tried_with(self, shipped_limits):
        assert signal_limits.load() == 0
        assert signal_limits.on(today()) == KNOWN
        assert set(SignalLimit.Kind.values) == set(signalling.LIMITS) == set(KNOWN)

    def test_raises_nothing_of_ordinary_use(self, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 50 * KG, 500, units=53)
        voyage.move(in_use, "scrap", 5 * KG, 50, source=accounts.IN_PRODUCTION)
        count(voyage, in_use, 900_000, "c-1")
        assert weigh() == signals.Weighed()

    def test_raises_scrap_once_and_says_what_it_rests_on(self, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 20 * KG, 200)
        scrapped = voyage.move(in_use, "scrap", 10 * KG, 100, source=accounts.IN_PRODUCTION)
        assert [weigh(), weigh()] == [signals.Weighed(1), signals.Weighed()]
        signal = Signal.objects.get()
        assert (signal.kind, signal.place, signal.measure) == ("SCRAP", STORE, 7 * KG)
        assert signal.rests_on == [scrapped.pk]
        assert events.about(signal).get().details["scrapped_mg"] == 10 * KG

    def test_leaves_out_what_arrived_damaged(self, voyage, shipped_limits, weigh):
        consignment = voyage.cleared(LotPlan(1, 100 * KG, 100))
        receipts = [services.Receipt(1, 50 * KG, 50, 50 * KG, 50)]
        services.receive(
            consignment=consignment, by=voyage.drafter, on=today(), place=STORE, receipts=receipts
        )
        voyage.move(consignment.lots()[0], "scrap", 50 * KG, 50, source=accounts.DAMAGED)
        assert weigh() == signals.Weighed()

    def test_raises_consumption_beyond_the_products(self, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 50 * KG, 500, units=40)
        assert weigh() == signals.Weighed(1)
        facts = Signal.objects.get(kind="CONSUMPTION").facts
        assert (facts["units"], facts["stated_mg"]) == (40, 38 * KG)

    def test_raises_counts_that_drift(self, voyage, in_use, weigh):
        for number in range(2):
            count(voyage, in_use, 450_000, f"c-{number}")
        assert weigh() == signals.Weighed()
        count(voyage, in_use, 450_000, "c-2")
        assert weigh() == signals.Weighed(1)
        assert Signal.objects.get().facts["times"] == 3

    def test_raises_a_port_that_only_others_use(self, voyage, shipped_limits, weigh, clock):
        planned = [voyage.booked(LotPlan(1, KG)) for _number in range(7)]
        ports = ["INNSA1"] * 5 + ["INMAA1", "INMAA1"]
        for consignment, port in zip(planned, ports, strict=True):
            Consignment.objects.filter(pk=consignment.pk).update(port_of_entry=port)
        assert weigh() == signals.Weighed(1)
        signal = Signal.objects.get()
        assert (signal.consignment, signal.place, signal.score) == (planned[5], "INMAA1", 70)

    def test_sees_what_was_reversed_as_not_so_any_more(self, voyage, in_use, weigh):
        built = voyage.move(in_use, "build_in", 50 * KG, 500, units=1)
        weigh()
        custody.reverse(posting=built, by=voyage.drafter, reason="Wrong units")
        assert weigh() == signals.Weighed()
        assert not Signal.objects.get().stands

    def test_takes_as_many_queries_for_more_postings(self, voyage, in_use, django_assert_num_queries):
        importer = voyage.certificate.importer
        voyage.move(in_use, "build_in", KG, 1, units=1)
        with django_assert_num_queries(7):
            signals.found_in(importer, signal_limits.on(today()))
        for _time in range(3):
            voyage.move(in_use, "build_in", KG, 1, units=1)
        with django_assert_num_queries(7):
            signals.found_in(importer, signal_limits.on(today()))

    def test_is_a_command_that_weighs_everybody(self, voyage, in_use):
        voyage.move(in_use, "build_in", 50 * KG, 500, units=1)
        for _time in range(2):
            call_command("raise_signals", verbosity=0)
        assert Signal.objects.get().score == 75

    def test_follows_a_limit_that_officers_changed(self, voyage, in_use, weigh, officer, senior):
        voyage.move(in_use, "build_in", 20 * KG, 200)
        voyage.move(in_use, "scrap", 10 * KG, 100, source=accounts.IN_PRODUCTION)
        row = SignalLimit.objects.get(code="SCRAP-PERCENT")
        columns = {name: getattr(row, name) for name in ("kind", "source", "confidence")}
        columns |= {"value": 40, "effective_from": today()}
        made = dating.propose(
            kind=SignalLimit, law=signal_law.LIMIT, by=officer, columns=columns, supersedes=row
        )
        dating.adopt(row=made, law=signal_law.LIMIT, by=senior)
        assert weigh() == signals.Weighed()


class TestTold:
    """Who decides is told once, in the transaction that raised it; who is watched is not."""

    def told(self, actor):
        return [
            (notice.code, notices.words(notice)) for notice in Notice.objects.visible_to(actor).order_by("pk")
        ]

    def test_officers_and_seniors_of_a_new_signal_once(
        self, voyage, in_use, weigh, officer, senior, auditor, drafter, signatory
    ):
        Notice.objects.all().delete()
        for _time in range(2):
            voyage.move(in_use, "build_in", 20 * KG, 200, units=1)
            weigh()
        said = (
            "Pune Motors Private Limited: more used than products can hold. The signal waits for a decision."
        )
        assert self.told(officer) == self.told(senior) == [("signal-consumption", said)]
        assert self.told(auditor) == self.told(drafter) == self.told(signatory) == []
        address = f"/watch/signals/{Signal.objects.get().pk}/"
        assert {notice.address for notice in Notice.objects.all()} == {address}

    def test_every_authority_where_no_certificate_names_one(self, voyage, in_use, weigh, officer, make_actor):
        another = OrganisationFactory(kind=Kind.AUTHORITY, name="Another authority")
        elsewhere = make_actor("Otto Officer", another, Role.OFFICER)
        Certificate.objects.update(addressed_to=officer.organisation)
        voyage.move(in_use, "build_in", 20 * KG, 200, units=1)
        weigh()
        assert self.told(elsewhere) == []
        for number in range(3):
            count(voyage, in_use, 450_000, f"c-{number}")
        weigh()
        assert [code for code, _said in self.told(elsewhere)] == ["signal-counts"]

    def test_nobody_when_the_weighing_is_undone(self, voyage, in_use, weigh, officer):
        before = self.told(officer)
        voyage.move(in_use, "build_in", 20 * KG, 200, units=1)
        with transaction.atomic():
            weigh()
            transaction.set_rollback(True)
        assert (self.told(officer), Signal.objects.count()) == (before, 0)

    def test_in_the_words_of_each_kind(self):
        for kind, label in watch_law.SIGNAL_KINDS.items():
            said = str(notices.telling(f"signal-{kind.lower()}").text)
            assert str(label) in said
            assert "%(importer)s" in said


class TestDecide:
    @pytest.fixture
    def signal(self, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 20 * KG, 200, units=10)
        weigh()
        return Signal.objects.get()

    def test_takes_a_reason_and_a_senior_to_confirm(self, signal, officer, senior):
        with pytest.raises(Incomplete):
            signals.explain(signal=signal, by=officer, reason="")
        with pytest.raises(NotAllowed):
            signals.confirm(signal=signal, by=officer, reason="Sold")
        signals.confirm(signal=signal, by=senior, reason="Sold")
        assert (signal.status, signal.decided_by) == (watch_law.CONFIRMED, senior.person)

    def test_is_not_undone_by_weighing(self, signal, voyage, in_use, weigh, officer):
        signals.explain(signal=signal, by=officer, reason="Larger motors")
        assert weigh() == signals.Weighed()
        voyage.move(in_use, "build_in", KG, 10, units=1)
        assert weigh() == signals.Weighed()

    def test_is_asked_about_again_when_there_is_much_more(self, signal, voyage, in_use, weigh, officer):
        signals.explain(signal=signal, by=officer, reason="Larger motors")
        voyage.move(in_use, "build_in", 10 * KG, 100, units=1)
        assert [weigh(), weigh()] == [signals.Weighed(1), signals.Weighed()]
        assert list(Signal.objects.order_by("id").values_list("status", flat=True)) == ["EXPLAINED", "OPEN"]

    def test_an_open_one_grows_in_place(self, signal, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 10 * KG, 100, units=1)
        assert weigh() == signals.Weighed(grown=1)
        assert [event.action for event in events.about(signal)] == ["raise", "grow"]
        assert Signal.objects.get().measure > signal.measure


class TestPages:
    @pytest.fixture
    def signal(self, voyage, in_use, weigh):
        voyage.move(in_use, "build_in", 20 * KG, 200, units=10)
        weigh()
        return Signal.objects.get()

    def test_lead_from_the_queue_to_a_decision(self, client_for, signal, officer, auditor, drafter, in_use):
        client = client_for(officer)
        for page in ("/watch/", "/watch/signals/"):
            assert f'href="/watch/signals/{signal.pk}/"' in client.get(page).content.decode()
        shown = client_for(auditor).get(f"/watch/signals/{signal.pk}/").content.decode()
        assert "20.000 kg were built into 10 products" in shown
        assert f'href="/stock/lots/{in_use.pk}/"' in shown
        refused = client.post(f"/watch/signals/{signal.pk}/explain/", {"reason": ""})
        assert str(signal) in refused.content.decode()
        assert signal.certificate.reference in str(signal)
        assert refused.status_code == 422
        assert client.post(f"/watch/signals/{signal.pk}/explain/", {"reason": "Larger"}).status_code == 302
        assert f"/watch/signals/{signal.pk}/" not in client.get("/watch/").content.decode()
        assert f"/watch/signals/{signal.pk}/" in client.get("/watch/?status=EXPLAINED").content.decode()
        for path in ("/watch/signals/", f"/watch/signals/{signal.pk}/", "/watch/limits/"):
            assert client_for(drafter).get(path).status_code == 403

    def test_limits_are_listed_and_proposed(self, client_for, shipped_limits, officer):
        client = client_for(officer)
        assert "Scrap of what a plant consumed" in client.get("/watch/limits/").content.decode()
        typed = {"kind": "SCRAP_PERCENT", "value": "8", "effective_from": "2027-01-01", "source": "A study",
                 "confidence": "MEDIUM"}  # fmt: skip
        answer = client.post("/watch/limits/new/?replaces=SCRAP-PERCENT-v1", typed)
        assert answer.headers["Location"] == "/watch/limits/SCRAP-PERCENT-v2/"
        assert client.post("/watch/limits/new/", typed | {"value": "0"}).status_code == 422


def test_sums_hold_whole_milligrams(voyage, in_use):
    voyage.move(in_use, "build_in", 3, 1, units=1)
    (plant,) = signal_sums.plants(voyage.certificate.importer)
    assert (plant.built_mg, plant.scrapped_mg) == (3, 0)
