"""An exporter's year while workers are killed and the broker is emptied: no report is lost, none is kept twice."""

import json
import os
import random
import time
from collections import Counter
from datetime import date, datetime

import pytest

from tests.licensing import oracle

CASES = int(os.environ.get("CHAOS_CASES", "16"))
KILLS = 3
WITHIN = 900 + 3 * CASES  # seconds
REPORTS = """SELECT r.id, c.reference, r.note, r.claimed, r.claimed_on, r.source, r.received_at
    FROM licensing_statusreport r JOIN licensing_licencecase c ON c.id = r.case_id"""
RULINGS = """SELECT c.reference, d.decided_at, d.report_id
    FROM licensing_reportruling d JOIN licensing_licencecase c ON c.id = d.case_id"""


def moment(value):
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def day(value):
    return date.fromisoformat(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def story(product, tmp_path_factory):
    """A third of the year's messages are lost and no sweep runs; then one does, and workers die."""
    folder, chance = tmp_path_factory.mktemp("year"), random.Random()
    control, done = folder / "control.json", folder / "year.json"
    sending = product.start_script("simulate.py", str(CASES), str(chance.randrange(10**6)), str(folder))

    def wait_for(file):
        def is_there():
            assert sending.poll() in {None, 0}, product.last_words()
            return file.exists()

        product.wait_until(is_there, seconds=WITHIN, what=file.name)

    wait_for(folder / "sent")
    product.empty_broker()
    product.start_worker()
    time.sleep(5)
    (folder / "working").touch()
    wait_for(control)
    found = {"control": json.loads(control.read_text())}
    found["worker_lives"] = product.running["worker"].poll() is None
    product.start_clock()
    (folder / "go").touch()
    for _kill in range(KILLS):
        time.sleep(chance.uniform(4, 12))
        product.kill_worker()
        product.empty_broker()
        product.start_worker()
        found["was_busy_at_the_last_kill"] = not done.exists()
    wait_for(done)
    found |= json.loads(done.read_text())
    sending.wait(timeout=30)
    lost = {way: len(marks) for way, marks in found["control"]["lost"].items()}
    print(json.dumps({"sent": len(found["journal"]), "kills": KILLS, "lost_without_the_sweep": lost}))
    return found


class TestSimulatedYear:
    def test_would_lose_reports_without_the_sweep(self, story):
        assert story["worker_lives"]
        assert story["control"]["lost"]["WEBHOOK"], "nothing was lost: this would not notice a loss either"

    def test_keeps_each_report_once_or_says_why_not(self, story, product):
        assert story["was_busy_at_the_last_kill"], "all was settled before the last kill"
        times = Counter(note for _pk, _case, note, *_rest in product.ask(REPORTS))
        for mark, sent in story["journal"].items():
            assert times[mark] <= 1, f"kept {times[mark]} times: {sent}"
            if not times[mark]:
                assert story["refused"].get(mark), f"lost without a word: {mark} {sent}"
            assert not (sent["bad"] and times[mark]), f"it should not have been taken: {mark} {sent}"

    def test_puts_each_case_where_the_rule_says(self, story, product):
        reports, rulings = {}, {}
        for pk, case, note, claimed, on, source, received_at in product.ask(REPORTS):
            sent = story["journal"].get(note, {"claimed": claimed, "on": on, "source": source})
            told = {
                "mark": pk,
                "received_at": moment(received_at),
                "is_withdrawn": note in story["withdrawn"],
            }
            told |= {"claimed": sent["claimed"], "on": day(sent["on"]), "source": sent["source"]}
            reports.setdefault(case, []).append(told)
        for case, decided_at, report in product.ask(RULINGS):
            rulings.setdefault(case, []).append((moment(decided_at), report))
        assert reports
        for case, rows in reports.items():
            assert story["statuses"][case] == oracle.stands_at(rows, rulings.get(case, [])), case

    def test_leaves_no_errand_of_a_feed_open(self, story, product):
        assert product.count("workflow_errand WHERE state <> 'DONE' AND kind LIKE 'licensing.%_feed'") == 0
