"""Workers are killed and the broker is emptied during imports: finished rows once, the rest goes on, nothing half."""

import json
import os
import random
import signal
import time

import pytest

ROWS = int(os.environ.get("CHAOS_IMPORT_ROWS", "6000"))
WHOLE = ROWS // 2
GOOD = ROWS - ROWS // 10
WITHIN = 120 + ROWS // 100  # seconds
KILLS = 3

OURS = """shipments_consignment c LEFT JOIN shipments_importfile f ON f.id = c.import_file_id
    WHERE invoice_number LIKE '{}-%' AND (f.id IS NULL OR NOT f.is_hidden)"""
DOUBLE = """(SELECT invoice_number FROM shipments_consignment WHERE invoice_number LIKE 'LIVE-%'
    GROUP BY invoice_number HAVING COUNT(*) > 1) AS twice"""
WITHOUT_ONE_EVENT = """shipments_consignment c WHERE invoice_number LIKE '{}-%' AND 1 <> (
    SELECT COUNT(*) FROM workflow_event e WHERE e.subject_type = 'shipments.consignment'
    AND e.subject_id = c.id AND e.verb = 'shipments.consignment.plan')"""
WITHOUT_ONE_LOT = """shipments_consignment c WHERE invoice_number LIKE '{}-%' AND 1 <> (
    SELECT COUNT(*) FROM shipments_lot l WHERE l.consignment_id = c.id)"""


def planned(product, mark):
    return product.count(OURS.format(mark))


def state(product, mark):
    return product.ask(f"SELECT state FROM shipments_importfile WHERE name = '{mark}.csv'")[0][0]


@pytest.fixture(scope="module")
def story(product):
    """Import half way, kill the worker, empty the broker, go on with the clock; then a whole file, killed as well."""
    chance, found = random.Random(), {}
    before = product.kills
    product.start_worker()
    product.start_clock()
    product.script("import_goods.py", "LIVE", str(ROWS), "skip")
    for turn in range(KILLS - 1):
        share = (turn + 1) * GOOD // (KILLS + 1)
        product.wait_until(lambda: planned(product, "LIVE") >= share, seconds=WITHIN, what="some are planned")  # noqa: B023
        time.sleep(chance.uniform(0, 1))
        product.kill_worker()
        product.empty_broker()
        found[f"after kill {turn + 1}"] = planned(product, "LIVE")
        product.start_worker()
    product.wait_until(lambda: state(product, "LIVE") == "DONE", seconds=WITHIN, what="all are planned")

    product.script("import_goods.py", "ALL", str(WHOLE), "whole")
    some = "shipments_importfile WHERE name = 'ALL.csv' AND planned > 0"
    product.wait_until(lambda: product.count(some), seconds=WITHIN, what="the whole is being planned")
    product.kill_worker()
    product.empty_broker()
    found["whole after the kill"] = planned(product, "ALL")
    product.start_worker()
    seen = set()

    def is_done():
        seen.add(planned(product, "ALL"))
        return state(product, "ALL") == "DONE"

    product.wait_until(is_done, seconds=WITHIN, what="the whole is planned")
    product.wait_until(
        lambda: product.count("workflow_errand WHERE kind = 'shipments.import' AND state <> 'DONE'") == 0,
        seconds=WITHIN,
        what="no errand open",
    )
    found |= {"seen of the whole": sorted(seen | {planned(product, "ALL")}), "kills": product.kills - before}
    print(json.dumps(found))
    product.stop()
    return found


class TestKilledWorkersAndALostBroker:
    def test_struck_while_rows_were_being_planned(self, story):
        assert story["kills"] == KILLS
        assert 0 < story["after kill 1"] < GOOD

    def test_leave_each_row_planned_once(self, product, story):
        assert planned(product, "LIVE") == GOOD
        assert product.count(DOUBLE) == 0

    @pytest.mark.parametrize("mark", ["LIVE", "ALL"])
    def test_leave_nothing_half_applied(self, product, story, mark):
        assert product.count(WITHOUT_ONE_EVENT.format(mark)) == 0
        assert product.count(WITHOUT_ONE_LOT.format(mark)) == 0

    def test_show_all_of_a_whole_file_or_nothing(self, product, story):
        assert set(story["seen of the whole"]) <= {0, WHOLE}
        assert planned(product, "ALL") == WHOLE

    def test_leave_the_reason_of_each_row_that_does_not_hold(self, product, story):
        assert product.count("shipments_importproblem p WHERE p.text LIKE '%goods line%'") == ROWS // 10

    def test_leave_the_history_whole(self, product, story):
        assert "The history holds" in product.manage("verify_audit").stdout


@pytest.fixture(scope="module")
def deaths(product, story):
    return json.loads(product.script("named_import_steps.py").stdout.splitlines()[-1])


class TestAWorkerKilledAtEachNamedStep:
    def test_was_killed_each_time(self, deaths):
        assert len(deaths) == 14
        assert {death["ended"] for death in deaths} == {-signal.SIGKILL}

    def test_leaves_nothing_before_the_commit(self, deaths):
        between = {(death["step"], death["skips_bad"]): death["between"] for death in deaths}
        assert between.pop(("after the commit", True)) == 11
        assert set(between.values()) == {0}

    def test_is_followed_by_every_row_once(self, deaths):
        for death in deaths:
            wanted = 36 if death["skips_bad"] else 40
            assert death["state"] == "DONE"
            assert {death[what] for what in ("planned", "consignments", "lots", "keys", "events")} == {wanted}
