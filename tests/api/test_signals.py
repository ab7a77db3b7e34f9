"""Signals in JSON: what their pages show, for who oversees; no machine decides."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actors
from accounts.tokens import make
from shipments import signal_limits, signals
from shipments.models import Signal
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import KG, STORE, Voyage, licence_for

LIST = "/api/v1/signals/"


@remembered
def lot(library, drafter, signatory, officer, senior, platform):
    """A hundred kilograms, of which thirty were built into products that can hold ten."""
    signal_limits.load()
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    voyage = Voyage(drafter, signatory, certificate, licence_for(certificate))
    lot = voyage.received(LotPlan(1, 100 * KG, 1000, batch="H-1")).lots()[0]
    voyage.move(lot, "issue", 60 * KG, 600)
    voyage.move(lot, "build_in", 30 * KG, 300, units=10)
    signals.weigh(importer=certificate.importer, by=actors.clock())
    return lot


@pytest.fixture
def signal(lot):
    return Signal.objects.get()


class TestList:
    def test_shows_each_with_its_importer_and_score(self, client_for, signal, auditor):
        (found,) = client_for(auditor).get(LIST).json()["results"]
        assert (found["id"], found["kind"], found["score"]) == (signal.pk, "CONSUMPTION", 75)
        assert (found["importer"], found["certificate"]) == (
            str(signal.importer),
            signal.certificate.reference,
        )
        assert (found["status"], found["stands"], found["decided_by"]) == ("OPEN", True, None)
        assert found["measure"] == signal.measure

    def test_costs_the_same_for_many(self, client_for, signal, auditor):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                assert client_for(auditor).get(LIST).status_code == 200
            return len(seen)

        before = cost()
        for number in range(4):
            Signal.objects.create(importer=signal.importer, kind="COUNTS", subject=f"||{number}", place=STORE,
                                  score=45, reasons=[], facts={}, measure=KG)  # fmt: skip
        assert cost() == before

    def test_is_not_shown_to_who_is_watched(self, client_for, signal, drafter, signatory, analyst, stranger):
        for actor in (drafter, signatory, analyst, stranger):
            for path in (LIST, f"{LIST}{signal.pk}/"):
                assert client_for(actor).get(path).status_code == 403


class TestDetail:
    def test_says_why_and_on_what_it_rests(self, client_for, signal, lot, officer):
        found = client_for(officer).get(f"{LIST}{signal.pk}/").json()
        assert [reason["points"] for reason in found["reasons"]] == [50, 25]
        assert "30.000 kg were built into 10 products" in found["reasons"][0]["text"]
        assert found["facts"]["built_mg"] == 30 * KG
        assert [
            (row["lot"], row["move"], row["weight_mg"], row["from_place"]) for row in found["postings"]
        ] == [(lot.reference, "build_in", 30 * KG, STORE)]

    def test_tells_what_was_decided_and_by_whom(self, client_for, signal, officer, senior):
        signals.confirm(signal=signal, by=senior, reason="Sold on")
        found = client_for(officer).get(f"{LIST}{signal.pk}/").json()
        assert (found["status"], found["reason"], found["decided_by"]) == (
            "CONFIRMED", "Sold on", senior.person.full_name,
        )  # fmt: skip

    def test_offers_the_steps_of_the_law_and_none_to_a_machine(
        self, client, client_for, signal, officer, senior, auditor
    ):
        path = f"{LIST}{signal.pk}/"
        offered = [client_for(actor).get(path).json()["actions"] for actor in (officer, senior, auditor)]
        assert offered == [["explain"], ["explain", "confirm"], []]
        _token, secret = make(by=senior, name="Watcher", scope="READ")
        answer = client.get(path, headers={"authorization": f"Token {secret}"})
        assert (answer.status_code, answer.json()["actions"]) == (200, [])

    def test_is_not_found_where_there_is_none(self, client_for, signal, officer):
        for absent in (signal.pk + 1, 10**18, 10**30):
            assert client_for(officer).get(f"{LIST}{absent}/").status_code == 404
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client_for(officer), method)(f"{LIST}{signal.pk}/").status_code == 403
