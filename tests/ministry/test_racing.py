"""While eight people write and somebody folds, what is read equals plain SQL of the same moment."""

import random
import threading
import time

import pytest
from django.db import transaction

from accounts import services as accounts
from accounts.models import Notice, Organisation
from euc import services
from euc.models import Certificate
from licensing import services as licensing
from ministry import digesting, folding, reading, rebuilding, warning
from ministry.models import Crossing, Pointer
from shipments import custody
from shipments.models import Lot
from shipments.services import LotPlan
from tests.ministry.test_figures import asks, plainly
from tests.ministry.test_keeping import count, nine, rule_of
from tests.races import together
from tests.shipments.voyage import KG
from workflow.engine import Refusal
from workflow.models import Errand

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
WRITERS, SECONDS = 8, 12


def test_figures_equal_some_serial_state_while_eight_write(received, voyage, life):
    lots = list(Lot.objects.filter(consignment=received))
    cases = [licensing.open_case(certificate=life.issued(), by=life.drafter) for _number in range(2)]
    rebuilding.rebuild()  # the licence of this test was made without an event
    stop, checked, written = threading.Event(), [], []
    some = asks(120)
    until = time.monotonic() + SECONDS

    def certify(pick):
        certificate = life.issued()
        if pick.random() < 0.5:
            services.revoke(
                certificate=Certificate.objects.get(pk=certificate.pk), by=life.senior, reason="no"
            )

    def move(pick):
        lot = pick.choice(lots)
        held = lot.holdings.get(account="ON_HAND")
        posting = custody.move(
            lot=lot, verb="issue", by=life.drafter, from_account="ON_HAND", from_place=held.place,
            weight_mg=1000, pieces=0, happened_on=received.boe_on, key=f"k{pick.random()}", document="WO",
        )  # fmt: skip
        if pick.random() < 0.5:
            custody.reverse(posting=posting, by=life.drafter, reason="wrong lot")

    def ship(pick):
        voyage.booked(LotPlan(1, KG // 100, 1, batch="H-9"))

    def report(pick):
        claimed = pick.choice(["ACCEPTED", "REVIEW", "CORRECTION"])
        licensing.report(
            case=pick.choice(cases), by=life.drafter, claimed=claimed, claimed_on=received.boe_on
        )

    def writer(number):
        work, pick = (certify, move, ship, report)[number % 4], random.Random(number)

        def write():
            while time.monotonic() < until:
                try:
                    work(pick)
                    written.append(work.__name__)
                except Refusal:
                    continue

        return write

    def relocate():
        """The importer's record changes state and back, as in the back office."""
        pick = random.Random(5)
        while time.monotonic() < until:
            with transaction.atomic():
                state = pick.choice(("27", "33", "29"))
                Organisation.objects.filter(pk=received.importer_id).update(state_code=state)
                given = {"verb": "change", "details": {"fields": ["state_code"]}}
                accounts.note_change(subject=received.importer, by=life.officer, **given)
            written.append("relocate")
            time.sleep(0.4)

    def folder():
        while not stop.is_set():
            folding.fold()
            time.sleep(0.3)

    def reader():
        pick = random.Random(99)
        while time.monotonic() < until:
            with reading.reader() as one:
                for ask in pick.sample(some, 6):
                    told = {key: sums[:2] for key, sums in one.read(ask).items() if any(sums[:2])}
                    checked.append((told == plainly(ask), ask))
        stop.set()

    results = together(*(writer(number) for number in range(WRITERS)), relocate, folder, reader)
    assert [result for result in results if result is not None] == []
    assert [ask for is_right, ask in checked if not is_right] == []
    assert len(checked) > 30
    assert set(written) == {"certify", "move", "ship", "report", "relocate"}
    assert rebuilding.differences() == []
    assert not Pointer.objects.exists()


def test_a_rule_that_two_weigh_at_once_tells_once(analyst):
    rule_of(analyst, "status=BREACHED")
    count(5)
    assert sum(together(*[warning.watch] * 6)) == 1
    assert (Crossing.objects.count(), Notice.objects.count()) == (1, 1)


def test_a_digest_that_two_owe_at_once_is_owed_once(analyst):
    digesting.choose(analyst, "DAY", at=nine(2026, 11, 26))
    together(*[lambda: digesting.owe(at=nine(2026, 11, 27))] * 4)
    assert Errand.objects.filter(kind=digesting.SEND).count() == 1
