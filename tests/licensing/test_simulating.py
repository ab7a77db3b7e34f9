"""A year with every fault, through every door: no report is lost, every status is the rule's, and no case is stuck.

SIMULATED_CASES and SIMULATED_SEED change the size and the year; `make bench ONLY=simulation` plays the full one.
"""

import json
import os
import random
from collections import Counter
from dataclasses import replace
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command

from documents import storing
from euc import control, demonstration, reference
from licensing import limits
from licensing.models import FeedRefusal, FeedRun, LicenceCase, ReportRuling, StatusReport
from licensing.simulating import judging, playing, sendings
from licensing.simulating.doors import Doors
from licensing.simulating.sendings import Way
from tests.licensing import oracle
from tests.licensing.test_services import ago, fresh, report
from workflow import events

CASES = int(os.environ.get("SIMULATED_CASES", "40"))
SEED = int(os.environ.get("SIMULATED_SEED", "1"))


@pytest.fixture
def year(db):
    """All of it in one test's database: it is long to play."""
    reference.load()
    limits.load()
    people = demonstration.people()
    return playing.play(people=people, cases=CASES, seed=SEED, until=control.day_in_china())


def rows_of(year):
    """What is kept of each case, told with the sender's own words: only the moment and a withdrawal are ours."""
    sent = {mark: entry.sending for mark, entry in year.journal.entries.items()}
    found = {case.reference: [] for case in year.cases.values()}
    for row in StatusReport.objects.select_related("case", "withdrawal"):
        told = sent.get(row.note)
        found[row.case.reference].append(
            {
                "mark": row.pk,
                "claimed": told.station if told else row.claimed,
                "on": told.on if told else row.claimed_on,
                "source": told.source if told else row.source,
                "received_at": row.received_at,
                "is_withdrawn": row.note in year.withdrawn,
                "is_true": told.is_true if told else True,
            }
        )
    return found


def decisions_of(year):
    found = {case.reference: [] for case in year.cases.values()}
    for row in ReportRuling.objects.select_related("case"):
        found[row.case.reference].append((row.decided_at, row.report_id))
    return found


def reasons_found(entry):
    """Where somebody who looks for a report that was not kept finds why."""
    mark = entry.sending.mark
    told = [words for answer, words in entry.answers if answer == "refused" and words]
    kept = [row.reasons for row in FeedRefusal.objects.filter(given__id=mark) if row.reasons]
    failed = FeedRun.objects.filter(outcome="FAILED", delivery__isnull=False).select_related("delivery__file")
    whole = [
        run.problem for run in failed if mark.encode() in storing.read(run.delivery.file).replace(b"\0", b"")
    ]
    return told + kept + whole


def check_statuses(year):
    rows, decisions = rows_of(year), decisions_of(year)
    for case in LicenceCase.objects.filter(reference__in=rows):
        assert case.status == oracle.stands_at(rows[case.reference], decisions[case.reference]), case
    assert sum(map(len, decisions.values())) == len(year.decided)


def check_journal(year):
    times = Counter(StatusReport.objects.exclude(source="CLOCK").values_list("note", flat=True))
    for mark, entry in year.journal.entries.items():
        assert times[mark] <= 1, f"kept {times[mark]} times: {entry}"
        if entry.sending.bad or not times[mark]:
            assert not times[mark], f"it should not have been taken: {entry}"
            assert reasons_found(entry), f"lost without a word: {entry}"
    assert set(times) <= set(year.journal.entries), "nobody sent these"


def check_nobody_waits_for_ever(year):
    """Whose last word was an end stands at an end; every other case is asked about by the product itself.

    What the clock says comes in the silence after the year, when it is known already where cases stood.
    """
    for case, rows in rows_of(year).items():
        last = oracle.last_word([row for row in rows if row["source"] != "CLOCK"])
        stood = year.stood[case]
        if last and last["claimed"] in oracle.ENDS and last["is_true"]:
            assert stood in oracle.ENDS, f"{case} ended and stands at {stood}: {rows}"
        if stood not in oracle.ENDS:
            assert case in year.asked_about, f"{case} stands at {stood} and nobody is asked"


class TestYear:
    def test_holds_together(self, year, own_files):
        assert len(year.cases) == CASES
        assert {entry.sending.way for entry in year.journal.entries.values()} == set(Way)
        check_journal(year)
        check_statuses(year)
        check_nobody_waits_for_ever(year)
        assert list(events.faults()) == []
        verdict = judging.judge(year)
        assert verdict.is_clean
        assert len(verdict.kept) + len(verdict.refused) == len(year.journal.entries)
        self.what_goes_wrong_is_noticed(year)

    def what_goes_wrong_is_noticed(self, year):
        """The checks can fail: a report that never came, a status set by hand, a case nobody asks about."""
        entry = next(iter(year.journal.entries.values()))
        sending = replace(entry.sending, mark="never.", bad="")
        year.journal.enter(sending, entry.case)
        with pytest.raises(AssertionError, match="lost without a word"):
            check_journal(year)
        assert judging.judge(year).lost == {"never."}
        del year.journal.entries["never."]
        LicenceCase.objects.filter(reference=entry.case).update(status="REFERRED")
        with pytest.raises(AssertionError):
            check_statuses(year)
        assert judging.judge(year).disagreeing == [entry.case]
        year.stood[entry.case] = "REFERRED"
        year.asked_about.discard(entry.case)
        with pytest.raises(AssertionError):
            check_nobody_waits_for_ever(year)
        assert entry.case in judging.judge(year).stuck


class TestPlayer:
    def test_decides_nothing_about_other_cases(self, case, life):
        report(case, life.officer, "FILED", 60)
        report(case, life.drafter, "ACCEPTED", 50)
        assert fresh(case).is_contested
        doors, chance = Mock(spec=Doors), random.Random(1)
        playing.Player(playing.Year(ago(0)), doors, chance, Mock(), Mock(), []).decide_all()
        doors.decide.assert_not_called()


class TestSendings:
    def planned(self, faults, cases=300):
        chance = sendings.random.Random(3)
        day = control.day_in_china()
        return list(playing.plan(chance, day, cases, faults, tuple(Way), "T"))

    def test_have_every_fault(self):
        sent = [one for case in self.planned(sendings.FAULTS) for one in case.sendings]
        assert {one.bad for one in sent} == {""} | {bad for kinds in sendings.BAD.values() for bad in kinds}
        assert {one.encoding for one in sent} == {"utf-8", "gb18030", "utf-16"}
        assert len({one.mark for one in sent}) == len(sent)
        for wanted in ("is_doubled", "taken_back_after"):
            assert any(getattr(one, wanted) for one in sent)
        assert any(not one.is_true and not one.taken_back_after for one in sent)
        assert any((one.at.date() - one.on).days > 9 for one in sent)

    def test_without_faults_say_the_truth_and_nothing_else(self):
        for case in self.planned((), cases=50):
            said = sorted((one.on, one.station) for one in case.sendings)
            assert said == sorted((on, station) for station, on in case.course.steps)
            assert all(one.is_true and not one.bad for one in case.sendings)


class TestCommand:
    def test_prints_what_it_played(self, db, own_files):
        out = StringIO()
        call_command("simulate_exporter", "--cases", "4", "--seed", "2", "--faults", "all", stdout=out)
        said = json.loads(out.getvalue())
        assert sum(said["statuses"].values()) == said["cases"] == 4
        assert said["sent"] == said["kept"] + said["refused"] == sum(said["ways"].values())
        assert [said[name] for name in ("lost", "kept_twice", "disagreeing", "stuck")] == [[]] * 4

    def test_refuses_unknown_faults(self):
        with pytest.raises(CommandError):
            call_command("simulate_exporter", "--faults", "gravity")

    def test_is_not_for_production(self, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="no place"):
            call_command("simulate_exporter")
