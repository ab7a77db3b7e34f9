"""An exporter with every fault: no report is lost, every status is the rule's, and no case hangs."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from euc import control
from euc.models import Certificate
from licensing import predicting, services, simulating
from licensing.models import LicenceCase, StatusReport
from tests.licensing.test_deriving import oracle
from workflow import events


@pytest.fixture
def certificate(life):
    approved = life.approved()
    life.issue(approved, at=timezone.now() - timedelta(days=300))
    return Certificate.objects.get(pk=approved.pk)


def play(certificate, by, cases, faults=simulating.FAULTS, seed=7):
    until = control.day_in_china()
    return list(simulating.play(certificate, by=by, cases=cases, seed=seed, faults=faults, until=until))


class TestPlay:
    def test_everything_sent_is_kept_and_stands_as_the_rule_says(self, certificate, clock):
        played = play(certificate, clock, 40)
        assert [fault for one in played for fault in simulating.faults_of(one)] == []
        assert sum(len(one.sent) for one in played) == StatusReport.objects.count()
        for one in played:
            rows = services.claims(one.case.reports.select_related("withdrawal"))
            assert one.case.status == oracle(rows, []).station
        assert list(events.faults()) == []

    def test_faults_are_really_played(self, certificate, clock):
        calm = play(certificate, clock, 5, faults=())
        wild = play(certificate, clock, 25, seed=8)
        assert not any(message.is_wrong for one in calm for message in one.sent)
        assert any(message.is_wrong for one in wild for message in one.sent)
        late = [m for one in wild for m in one.sent if m.at.date() > m.on + timedelta(days=1)]
        assert late
        assert LicenceCase.objects.filter(reports__withdrawal__isnull=False).exists()

    def test_a_lost_report_is_noticed(self, certificate, clock):
        one = play(certificate, clock, 1)[0]
        one.sent.pop()
        assert "kept" in simulating.faults_of(one)[0]

    def test_makes_a_history_to_forecast_from(self, certificate, life):
        play(certificate, life.clock, 20, faults=())
        case = services.open_case(certificate=certificate, by=life.drafter)
        services.report(case=case, by=life.drafter, claimed="ACCEPTED", claimed_on=control.day_in_china())
        found = predicting.of(LicenceCase.objects.get(pk=case.pk))
        assert found.is_own_history
        assert found.low_on <= found.median_on <= found.high_on


class TestCommand:
    def test_prints_what_it_played(self, certificate):
        out = StringIO()
        call_command("simulate_exporter", "--cases", "3", "--seed", "2", "--faults", "all", stdout=out)
        said = json.loads(out.getvalue())
        assert (said["cases"], said["wrong"]) == (3, [])
        assert sum(said["ends"].values()) == 3

    def test_refuses_unknown_faults(self, certificate):
        with pytest.raises(CommandError):
            call_command("simulate_exporter", "--faults", "gravity")
