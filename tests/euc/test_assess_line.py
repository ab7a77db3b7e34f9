"""The command that answers for one goods line, and the rules it reads."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import actors
from euc import reference, workflow
from euc.models import ControlRule
from workflow.models import Event

KEYS = {"weight_class", "controlled", "codes", "licence_needed", "reexport_rule", "why"}


@pytest.fixture
def rules(db):
    reference.load()


def asked(*options):
    out = StringIO()
    call_command("assess_line", *options, stdout=out)
    return json.loads(out.getvalue())


def options(text):
    return text.split()


@pytest.mark.usefixtures("rules")
class TestAssessLine:
    def test_prints_the_answer_and_nothing_more(self):
        found = asked(*options("--family NDFEB_SINTERED --form MAGNET --dy 2.5 --tb 0.3 --on 2026-11-23"))
        assert set(found) == KEYS
        assert {frozenset(reason) for reason in found["why"]} == {frozenset({"text", "source", "confidence"})}
        assert found["controlled"] is True
        assert found["codes"] == ["1C904.a", "1C905.a"]
        assert (found["weight_class"], found["reexport_rule"]) == ("heavy", "unconfirmed")

    def test_asks_for_what_nobody_knows(self):
        found = asked(*options("--family NDFEB_BONDED --form POWDER --unknown dy,tb --on 2026-01-31"))
        assert found["controlled"] == found["licence_needed"] == "unknown"

    @pytest.mark.parametrize(
        "wrong",
        [
            "--family NDFEB --form MAGNET --on 2026-01-31",
            "--family SMCO --form LUMP --on 2026-01-31",
            "--family SMCO --form MAGNET --on 31-01-2026",
            "--family SMCO --form MAGNET --on 20260131",
            "--family SMCO --form MAGNET --on 2026-02-30",
            "--family SMCO --form MAGNET --on 2026-01-31 --dy 101",
            "--family SMCO --form MAGNET --on 2026-01-31 --dy=-1",
            "--family SMCO --form MAGNET --on 2026-01-31 --dy nan",
            "--family SMCO --form MAGNET --on 2026-01-31 --dy much",
            "--family SMCO --form MAGNET --on 2026-01-31 --unknown dy,xx",
            "--family SMCO --form MAGNET",
        ],
    )
    def test_refuses(self, wrong):
        with pytest.raises(CommandError):
            asked(*options(wrong))


@pytest.mark.usefixtures("rules")
class TestShippedRules:
    def test_are_loaded_once(self):
        count = ControlRule.objects.count()
        assert count >= 20
        assert reference.load() == 0
        assert ControlRule.objects.count() == count

    def test_are_in_use_without_anybody_having_adopted_them(self):
        rows = ControlRule.objects.all()
        assert {row.status for row in rows} == {workflow.ADOPTED}
        assert {row.adopted_by_id for row in rows} == {None}
        assert {row.proposed_by for row in rows} == {actors.clock_person()}
        assert not Event.objects.exists()

    def test_leave_what_officers_changed(self, officer):
        ControlRule.objects.filter(code="CN-18-2025-DY").update(title="As an officer words it")
        reference.load()
        assert ControlRule.objects.get(code="CN-18-2025-DY").title == "As an officer words it"

    def test_say_that_what_no_70_suspends_is_not_confirmed(self):
        rows = ControlRule.objects.filter(suspended_by__contains="No. 70")
        assert rows.count() >= 9
        assert not rows.filter(confirmed=True).exists()
        assert not rows.filter(end_confirmed=True).exists()
        assert {str(row.suspended_from) for row in rows} == {"2025-11-07"}
        assert {str(row.reported_until) for row in rows} == {"2027-01-10"}

    def test_all_name_their_source(self):
        assert not ControlRule.objects.filter(source="").exists()
