"""The whole life of consignments and grams against a model of a few dictionaries, biased to the boundaries.

Every amount is what is left, give or take a milligram or two; whatever the services refuse the model must refuse too.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from euc.models.certificate import today
from shipments import balancing, checking, custody, drawing, services
from shipments.models import Consignment
from shipments.services import LotPlan, Receipt
from tests.shipments.voyage import STORE
from workflow import engine

NUDGES = st.sampled_from([-2, -1, 0, 1, 2])
SHARES = st.sampled_from([0.0001, 0.25, 0.5, 1])
QUICK = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def machine(voyage):
    """A state machine over one certificate with one licence; every example starts from an untouched ledger."""

    class Life(RuleBasedStateMachine):
        consignments = Bundle("consignments")

        def __init__(self):
            super().__init__()
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            self.licensed = voyage.certificate.goods.get(number=1).net_weight_mg
            self.reserved, self.drawn = {}, {}
            self.places = {}

        def teardown(self):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

        def left(self):
            return self.licensed - sum(self.reserved.values()) - sum(self.drawn.values())

        def does(self, act, expected):
            """The act succeeds exactly when the model says so."""
            refusal = None
            try:
                with transaction.atomic():
                    act()
            except engine.Refusal as refused:
                refusal = refused
            assert expected == (refusal is None), f"the model says {expected}: {refusal}"
            return expected

        @rule(target=consignments, share=SHARES, nudge=NUDGES)
        def book(self, share, nudge):
            weight = int(self.left() * share) + nudge
            if weight < 1:
                return multiple()
            consignment = voyage.planned(LotPlan(1, weight, 10))
            fits = weight <= self.left()
            if not self.does(lambda: services.book(consignment=consignment, by=voyage.drafter), fits):
                return multiple()
            self.reserved[consignment.pk] = weight
            services.declare(consignment=consignment, by=voyage.drafter, on=today())
            return consignment.pk

        @rule(pk=consignments, nudge=NUDGES)
        def release(self, pk, nudge):
            consignment, held = Consignment.objects.get(pk=pk), self.reserved.get(pk, 0)
            weight = held + nudge
            fits = bool(held) and 0 < weight <= held + self.left()

            def act():
                services.release(consignment=consignment, by=voyage.drafter, on=today(), weights={1: weight})

            if self.does(act, fits):
                del self.reserved[pk]
                self.drawn[pk] = weight
                self.places[pk] = {"IN_TRANSIT": weight}

        @rule(pk=consignments)
        def cancel(self, pk):
            consignment = Consignment.objects.get(pk=pk)
            fits = consignment.status in {"DECLARED", "RELEASED"}
            if self.does(
                lambda: services.cancel(consignment=consignment, by=voyage.drafter, reason="x"), fits
            ):
                self.reserved.pop(pk, None)
                self.drawn.pop(pk, None)
                self.places.pop(pk, None)

        @rule(pk=consignments, nudge=NUDGES)
        def receive(self, pk, nudge):
            consignment = Consignment.objects.get(pk=pk)
            if consignment.status != "RELEASED":
                return
            by = voyage.drafter
            services.depart(consignment=consignment, by=by, on=today())
            number = f"{pk % 10_000_000:07d}"
            entry = {"boe_type": "H", "boe_number": number, "port_of_entry": "INNSA1"}
            services.enter(consignment=consignment, by=by, on=today(), **entry)
            services.clear(consignment=consignment, by=by, on=today())
            weight = max(self.drawn[pk] + nudge, 0)
            receipts = [Receipt(1, weight, 10)]
            services.receive(consignment=consignment, by=by, on=today(), place=STORE, receipts=receipts)
            short = self.drawn[pk] - weight
            self.places[pk] = {"ON_HAND": weight, "SHORT": max(short, 0), "SURPLUS": min(short, 0)}

        @rule(pk=consignments, share=SHARES, nudge=NUDGES)
        def issue(self, pk, share, nudge):
            places = self.places.get(pk, {})
            if "ON_HAND" not in places:
                return
            weight = int(places["ON_HAND"] * share) + nudge
            lot = Consignment.objects.get(pk=pk).lots()[0]
            fits = 0 < weight <= places["ON_HAND"]
            if self.does(lambda: voyage.move(lot, "issue", weight), fits):
                places["ON_HAND"] -= weight
                places["IN_PRODUCTION"] = places.get("IN_PRODUCTION", 0) + weight

        @rule(pk=consignments)
        def take_the_last_issue_back(self, pk):
            lot = Consignment.objects.get(pk=pk).lots()[0]
            posting = lot.postings.filter(verb="issue", reversed_by=None).last()
            if posting is None:
                return
            custody.reverse(posting=posting, by=voyage.drafter, reason="wrong lot")
            self.places[pk]["ON_HAND"] += posting.weight_mg
            self.places[pk]["IN_PRODUCTION"] -= posting.weight_mg

        @invariant()
        def the_ledger_says_what_the_model_says(self):
            balance = balancing.of(voyage.certificate)
            line = balance.lines[0]
            assert line.reserved_mg == sum(self.reserved.values())
            assert line.drawn_mg == sum(self.drawn.values())
            assert line.left_mg == self.left() >= 0
            assert line.difference_mg == 0
            for account in ("IN_TRANSIT", "ON_HAND", "IN_PRODUCTION", "SHORT", "SURPLUS"):
                assert line.at(account) == sum(places.get(account, 0) for places in self.places.values())

        @invariant()
        def every_invariant_holds(self):
            assert [result.name for result in checking.results() if not result.holds] == []

    return Life


@pytest.mark.django_db
def test_services_and_model_agree(voyage):
    run_state_machine_as_test(machine(voyage), settings=QUICK)


@pytest.mark.django_db
def test_a_planted_fault_of_three_milligrams_is_found(voyage, monkeypatch):
    """A test of the test: draws that write three milligrams too little into the certificate's line."""
    honest = drawing._shift_goods

    def careless(lot, reserved_mg, drawn_mg):
        honest(lot, reserved_mg, drawn_mg - 3 if drawn_mg > 3 else drawn_mg)

    monkeypatch.setattr(drawing, "_shift_goods", careless)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(voyage), settings=settings(QUICK, phases=(Phase.generate,)))
