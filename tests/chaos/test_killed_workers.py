"""Workers are killed and the broker is emptied: each certificate gets exactly one document (F1, F3, F12)."""

import hashlib
import json
import os
import random
import signal
import time

import pytest

CERTIFICATES = int(os.environ.get("CHAOS_CERTIFICATES", "12"))
PAPERS = 2 * CERTIFICATES  # each with the undertaking that goes with it
KILLS = min(4, 2 + CERTIFICATES // 12)  # fewer than the attempts an errand has: none may end as DEAD
SETTLED_WITHIN = 90 + PAPERS * 3  # seconds

WITHOUT_ONE_DOCUMENT = """euc_certificate c WHERE status = 'ISSUED' AND 1 <> (
    SELECT COUNT(*) FROM documents_document d WHERE d.reference = c.reference AND d.id = c.document_id
)"""


def wait_for_documents(product, number: int, seconds: float = SETTLED_WITHIN) -> None:
    product.wait_until(lambda: product.documents() >= number, seconds=seconds, what=f"{number} documents")


def kill_in_the_middle(product, chance: random.Random, number: int) -> None:
    """Kill the workers at any moment after this many documents, and start others."""
    wait_for_documents(product, number)
    time.sleep(chance.uniform(0, 1.5))
    product.kill_worker()
    product.start_worker()


@pytest.fixture(scope="module")
def story(product):
    """Issue half while no clock runs and lose the broker's messages; issue the rest while workers die."""
    chance, half = random.Random(), CERTIFICATES // 2
    found = {"issued": CERTIFICATES}
    product.script("issue.py", "FIRST", str(half))
    product.start_worker()
    wait_for_documents(product, 1)
    product.empty_broker()
    found["lost_without_the_sweep"] = wait_until_idle(product)
    found["worker_lives"] = product.running["worker"].poll() is None

    product.start_clock()
    issuing = product.start_script("issue.py", "SECOND", str(CERTIFICATES - half))
    moments = sorted(chance.randrange(product.documents(), PAPERS) for _ in range(KILLS))
    for turn, number in enumerate(moments):
        kill_in_the_middle(product, chance, number)
        if turn == KILLS // 2:
            product.empty_broker()
    last_kill = time.monotonic()
    assert issuing.wait(timeout=SETTLED_WITHIN) == 0, product.last_words()
    product.wait_until(lambda: product.open_errands() == 0, seconds=SETTLED_WITHIN, what="no errand open")
    found["seconds_after_the_last_kill"] = round(time.monotonic() - last_kill, 1)
    found["kills"] = product.kills
    found["attempts"] = product.ask("SELECT SUM(attempts) FROM workflow_errand")[0][0]
    print(json.dumps(found))
    return found


def wait_until_idle(product) -> int:
    """The errands left open when nobody works on any of them any more."""

    def idle():
        return product.count("workflow_errand WHERE lease_token IS NOT NULL") == 0

    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 3:
        quiet_since = quiet_since if idle() else time.monotonic()
        time.sleep(0.1)
    return product.open_errands()


class TestKilledWorkersAndALostBroker:
    def test_would_lose_documents_without_the_sweep(self, story):
        assert story["lost_without_the_sweep"] > 0, "the broker was emptied too late to show anything"

    def test_leave_a_worker_alive_that_was_not_killed(self, story):
        assert story["worker_lives"]

    def test_leave_exactly_one_document_a_certificate(self, product, story):
        assert product.count("euc_certificate WHERE status = 'ISSUED'") == CERTIFICATES
        assert product.documents() == PAPERS
        assert product.count(WITHOUT_ONE_DOCUMENT) == 0

    def test_leave_no_errand_open(self, product, story):
        assert product.open_errands() == 0
        assert product.count("workflow_errand") == PAPERS

    def test_did_kill(self, story):
        assert story["kills"] == KILLS

    def test_tell_of_each_document_once(self, product, story):
        for paper in ("certificate", "undertaking"):
            told = f"workflow_event WHERE verb = 'euc.{paper}.seal_document'"
            assert product.count(told) == CERTIFICATES

    def test_leave_every_file_as_registered(self, product, story):
        rows = product.ask(
            "SELECT f.book, f.sha256 FROM documents_document d JOIN documents_storedfile f ON f.id = d.file_id"
        )
        for book, sha256 in rows:
            content = (product.folder / "files" / book / sha256[:2] / sha256).read_bytes()
            assert hashlib.sha256(content).hexdigest() == sha256
            assert b"/ByteRange" in content

    def test_leave_the_history_whole(self, product, story):
        assert "The history holds" in product.manage("verify_audit").stdout


@pytest.fixture(scope="module")
def deaths(product, story):
    product.stop()
    return json.loads(product.script("named_steps.py").stdout.splitlines()[-1])


class TestAWorkerKilledAtEachNamedStep:
    def test_was_killed_each_time(self, deaths):
        assert len(deaths) == 8
        assert {death["ended"] for death in deaths} == {-signal.SIGKILL}

    def test_leaves_one_document(self, deaths):
        assert [death for death in deaths if death["documents"] != 1 or death["state"] != "DONE"] == []
        assert all(death["bytes"] > 10_000 for death in deaths)

    def test_leaves_no_document_before_the_commit(self, deaths):
        between = {death["step"]: death["documents_between"] for death in deaths}
        assert between.pop("after the commit") == 1
        assert set(between.values()) == {0}

    def test_is_followed_by_one_effect(self, deaths):
        effects = {death["step"]: (death["effects_afterwards"], death["attempts"]) for death in deaths}
        assert effects.pop("after the commit") == (0, 1)
        assert set(effects.values()) == {(1, 2)}
