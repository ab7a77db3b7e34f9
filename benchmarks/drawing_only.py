"""`python -m benchmarks.drawing_only LABEL`: reserve, draw, free and reverse on one hot line, DRAWS rows in all.

Sixteen processes take the ledger's own verbs alone, each step in a transaction of its own, as papers, law and history
around them would make a million a matter of days. While they run somebody else sums all rows of one moment, and they
are stopped in the middle of what they do.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from contextlib import suppress
from itertools import count, islice

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import figures  # noqa: E402
from benchmarks.drawing import CLIENTS, KG, issued, planned  # noqa: E402
from euc.models import GoodsLine  # noqa: E402
from shipments import checking, drawing  # noqa: E402
from shipments.models import Draw, Lot  # noqa: E402

DRAWS = figures.scaled(int(os.environ.get("DRAWS", "20000")), least=160)
LOTS = 2  # of each client, at a time
AT_ONCE = 100  # lots planned together
MOST_KG = 800  # of a line of 10,000 kg: all lots at once do not fit
LOOKED_EVERY = 2.0  # seconds
BETWEEN = 0.004  # seconds at most between two steps of a client: SQLite is unfair to who waits while others never do


class Ledger:
    """What all clients share: how many rows are written, how many were refused, whether to stop."""

    def __init__(self):
        self.written, self.refused = multiprocessing.Value("q", 0), multiprocessing.Value("q", 0)
        self.wrong: multiprocessing.Queue = multiprocessing.Queue()

    def counts(self, counter) -> None:
        with counter.get_lock():
            counter.value += 1


class Client:
    """One process with a few lots in hand; a lot whose story is over is replaced by the next of its consignment."""

    def __init__(self, ledger: Ledger, like: int, by, seed: int):
        self.ledger, self.by, self.chance = ledger, by, random.Random(seed)
        self.like, self.made = Lot.objects.get(pk=like), count(2)
        self.fresh: list[Lot] = []
        self.hand = [(self.lot(), "") for _ in range(LOTS)]

    def lot(self) -> Lot:
        """A lot that nothing was reserved for yet."""
        if not self.fresh:
            numbers = islice(self.made, AT_ONCE)
            self.fresh = Lot.objects.bulk_create(self.copy(number) for number in numbers)
        return self.fresh.pop()

    def copy(self, number: int) -> Lot:
        like, weight = self.like, self.chance.randint(1, MOST_KG) * KG + self.chance.choice((-1, 0, 1))
        return Lot(
            consignment_id=like.consignment_id,
            importer_id=like.importer_id,
            number=number,
            goods_line_id=like.goods_line_id,
            licence_line_id=like.licence_line_id,
            weight_mg=weight,
        )

    def step(self) -> None:
        """The next step of a lot in hand: reserved, then free or drawn, then what was drawn comes back."""
        place = self.chance.randrange(LOTS)
        lot, stands = self.hand[place]
        try:
            with transaction.atomic():
                after = self.taken(lot, stands)
        except drawing.Exceeded:
            return self.ledger.counts(self.ledger.refused)
        self.hand[place] = (lot, after) if after else (self.lot(), "")
        return self.ledger.counts(self.ledger.written)

    def taken(self, lot: Lot, stands: str) -> str:
        """Take one step; how the lot stands after it, nothing when its story is over."""
        by, at = self.by, timezone.now()
        if not stands:
            drawing.reserve(lot, by=by, at=at)
            return "reserved"
        if stands == "drawn":
            drawing.reverse(lot, by=by, at=at)
            return ""
        if self.chance.random() < 0.4:
            drawing.free(lot, by=by, at=at)
            return ""
        weighed = lot.weight_mg + self.chance.choice((-KG, -1, 0, 1, KG))
        drawing.commit(lot, max(weighed, 1), by=by, at=at)
        return "drawn"


def client(ledger: Ledger, like: int, by, seed: int) -> None:
    """Steps until enough rows are written or nobody counts them any more; what is open then stays open."""
    starter = multiprocessing.parent_process()
    try:
        one = Client(ledger, like, by, seed)
        while ledger.written.value < DRAWS and ledger.wrong.empty() and starter.is_alive():
            time.sleep(one.chance.uniform(0, BETWEEN))
            one.step()
    except Exception as error:  # told at the end; none may happen
        ledger.wrong.put(f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def looked_at(line: GoodsLine) -> tuple[int, int]:
    """Milligrams beyond the line, and between the line and its draws, both of one moment."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        now = GoodsLine.objects.get(pk=line.pk)
        sums = Draw.objects.filter(goods_line=line).aggregate(
            reserved=Sum("reserved_mg", default=0), drawn=Sum("drawn_mg", default=0)
        )
    apart = abs(sums["reserved"] - now.reserved_mg) + abs(sums["drawn"] - now.drawn_mg)
    return max(sums["reserved"] + sums["drawn"] - now.net_weight_mg, 0), apart


def settle(line: GoodsLine, by) -> None:
    """Free and reverse what the clients left open, so that it agrees with the planned papers again."""
    kinds = (Draw.Kind.RESERVE, Draw.Kind.COMMIT)
    for lot in Lot.objects.filter(
        draws__in=Draw.objects.filter(goods_line=line, kind__in=kinds, settled_by=None)
    ):
        for undo in (drawing.free, drawing.reverse):
            with suppress(Draw.DoesNotExist), transaction.atomic():
                undo(lot, by=by, at=timezone.now())


def main(label: str) -> list[dict]:
    (certificate, licence, by), ledger = issued(1), Ledger()
    made = [planned(certificate, licence, by, 1, KG)[0].lots()[0].pk for _ in range(CLIENTS)]
    line = GoodsLine.objects.get(certificate=certificate, number=1)
    connection.close()
    begun = time.monotonic()
    clients = [
        multiprocessing.Process(target=client, args=(ledger, like, by, seed))
        for seed, like in enumerate(made)
    ]
    for one in clients:
        one.start()
    looks = []
    while any(one.is_alive() for one in clients):
        time.sleep(LOOKED_EVERY)
        looks.append(looked_at(line))
    seconds = time.monotonic() - begun
    looks.append(looked_at(line))
    wrong = [ledger.wrong.get() for _ in range(ledger.wrong.qsize())]
    for error in wrong[:3]:
        print(f"{label}: {error}", file=sys.stderr)
    rows, at_the_stop = Draw.objects.filter(goods_line=line).count(), GoodsLine.objects.get(pk=line.pk)
    settle(line, by)
    broken = sum(result.broken for result in checking.results())
    name = f"draws alone, {label}"
    return [
        figures.told(f"{name}: rows written", rows, "draws"),
        figures.told(f"{name}: rows a second", rows / seconds, "draws/s"),
        figures.told(
            f"{name}: reserved and drawn when stopped", at_the_stop.reserved_mg + at_the_stop.drawn_mg, "mg"
        ),
        figures.told(f"{name}: times looked at", len(looks), "times"),
        figures.at_least(f"{name}: refused", ledger.refused.value, "steps", 1),
        figures.at_most(f"{name}: drawn beyond the line, ever", max(over for over, _ in looks), "mg", 0),
        figures.at_most(f"{name}: line and its draws apart, ever", max(apart for _, apart in looks), "mg", 0),
        figures.at_most(
            f"{name}: rows missing of those that were written", abs(rows - ledger.written.value), "draws", 0
        ),
        figures.at_most(f"{name}: invariants broken afterwards", broken, "rows", 0),
        figures.at_most(f"{name}: steps that failed", len(wrong), "steps", 0),
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
