"""`python -m benchmarks.storming LABEL`: book, release and reverse on one hot line until STORM draws are written.

Every step is a whole verb of the product. Two consignments at once seldom fit on the line, and a released one mostly
weighs a little less or more than was booked. The control asks the same line the way a spreadsheet would: read what is
left, then write.
"""

import json
import os
import random
import sys
import threading
from collections import Counter

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first
from django.db.models import Sum  # noqa: E402

from benchmarks import figures  # noqa: E402
from benchmarks.drawing import CLIENTS, KG, issued, planned  # noqa: E402
from euc.models import GoodsLine  # noqa: E402
from euc.models.certificate import today  # noqa: E402
from shipments import checking, drawing, services  # noqa: E402
from shipments.models import Draw  # noqa: E402
from workflow import events  # noqa: E402

DRAWS = figures.scaled(int(os.environ.get("STORM", "4000")), least=48)
ROUNDS = figures.scaled(100, least=20)  # of the control
MOST_KG = 9_000  # of a line of 10,000 kg: two at once seldom fit


class Storm:
    """What all clients share: the papers of one line, how much is still to be written, what came of each step."""

    def __init__(self, papers: tuple):
        self.papers, self.seen, self.lock = papers, Counter(), threading.Lock()

    def goes_on(self) -> bool:
        with self.lock:
            return self.seen["draws"] < DRAWS

    def did(self, step: str, draws: int = 0) -> None:
        with self.lock:
            self.seen[step] += 1
            self.seen["draws"] += draws

    def client(self, seed: int) -> None:
        chance = random.Random(seed)
        try:
            while self.goes_on():
                self.story(chance)
        finally:
            connection.close()

    def story(self, chance: random.Random) -> None:
        """One consignment, to whatever end it comes; a refused one stays planned."""
        certificate, licence, by = self.papers
        weight = chance.randint(1, MOST_KG) * KG + chance.choice((-1, 0, 1))
        consignment, by = planned(certificate, licence, by, 1, weight)
        try:
            services.book(consignment=consignment, by=by)
        except drawing.Exceeded:
            return self.did("refused")
        self.did("booked", draws=1)
        if chance.random() < 0.4:
            services.cancel(consignment=consignment, by=by, reason="not needed")
            return self.did("freed", draws=1)
        services.declare(consignment=consignment, by=by, on=today())
        weighed = weight + chance.choice((-KG, -1, 0, 1, KG))
        try:
            services.release(consignment=consignment, by=by, on=today(), weights={1: max(weighed, 1)})
        except drawing.Exceeded:
            self.did("refused when weighed")
            services.cancel(consignment=consignment, by=by, reason="too heavy")
            return self.did("freed", draws=1)
        self.did("drawn", draws=1)
        services.cancel(consignment=consignment, by=by, reason="came back")
        return self.did("reversed", draws=1)


def side_by_side(work) -> list[BaseException]:
    """Run work(number) in all clients at once; what went wrong."""
    wrong: list[BaseException] = []
    begin = threading.Barrier(CLIENTS)

    def run(number: int) -> None:
        try:
            begin.wait()
            work(number)
        except Exception as error:  # told at the end; none may happen
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def over_drawn_naively(net_mg: int) -> int:
    """Milligrams beyond the line when everybody reads what is left and then writes: the worst of ROUNDS rounds, in
    which each client wants three fifths of it. In a table of its own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_draw (round integer NOT NULL, weight_mg bigint NOT NULL)")
    begin = threading.Barrier(CLIENTS)

    def client(_number: int) -> None:
        for turn in range(ROUNDS):
            begin.wait()
            with connection.cursor() as cursor:
                cursor.execute("SELECT COALESCE(SUM(weight_mg), 0) FROM naive_draw WHERE round = %s", [turn])
                left = net_mg - int(cursor.fetchone()[0])
                if net_mg * 3 // 5 <= left:
                    cursor.execute("INSERT INTO naive_draw VALUES (%s, %s)", [turn, net_mg * 3 // 5])
        connection.close()

    side_by_side(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(weight_mg) FROM naive_draw GROUP BY round")
        most = max(int(total) for (total,) in cursor.fetchall())
        cursor.execute("DROP TABLE naive_draw")
    return max(most - net_mg, 0)


def main(label: str) -> list[dict]:
    papers = issued(1)
    storm = Storm(papers)
    wrong = side_by_side(storm.client)
    for error in wrong[:3]:
        print(f"{label}: {type(error).__name__}: {error}", file=sys.stderr)
    line = GoodsLine.objects.get(certificate=papers[0], number=1)
    sums = Draw.objects.filter(goods_line=line).aggregate(reserved=Sum("reserved_mg"), drawn=Sum("drawn_mg"))
    apart = abs(sums["reserved"] - line.reserved_mg) + abs(sums["drawn"] - line.drawn_mg)
    over = max(sums["reserved"] + sums["drawn"] - line.net_weight_mg, 0)
    broken = sum(result.broken for result in checking.results())
    naive = over_drawn_naively(line.net_weight_mg)
    counted = ", ".join(f"{step} {count}" for step, count in sorted(storm.seen.items()))
    print(f"{label}: {counted}", file=sys.stderr)
    return [
        figures.told(f"storm, {label}: draws written", Draw.objects.filter(goods_line=line).count(), "draws"),
        figures.at_least(f"storm, {label}: refused", storm.seen["refused"], "bookings", 1),
        figures.at_least(f"storm, {label}: reversed", storm.seen["reversed"], "draws", 1),
        figures.at_most(f"storm, {label}: drawn beyond the line", over, "mg", 0),
        figures.at_most(f"storm, {label}: line and its draws apart", apart, "mg", 0),
        figures.at_most(f"storm, {label}: invariants broken afterwards", broken, "rows", 0),
        figures.at_most(f"storm, {label}: faults in the history", len(list(events.faults())), "faults", 0),
        figures.at_most(f"storm, {label}: steps that failed", len(wrong), "steps", 0),
        figures.at_least(f"storm, {label}: control, read and then write, over-draws", naive, "mg", 1),
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
