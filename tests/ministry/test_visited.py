"""Verification visits done of due: what has come, what was held, what was put off or called off."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection

from euc.models.certificate import today
from ministry import boards, figures, folding, generating, rebuilding
from ministry.models import Fact
from ministry.reading import INDIA, Reader
from ministry.tables import Query
from shipments import visiting

VISITS = figures.FIGURES["visits"]
NAMES = [column.name for column in VISITS.columns]


def told(group=(), **filters):
    """The figure by group as dictionaries."""
    rows = VISITS.read(Reader(), Query(group, filters)).rows
    return {tuple(row[: len(group)]): dict(zip(NAMES, row[len(group) :], strict=True)) for row in rows}


def plan(certificate, by, days, **given):
    day = today() + timedelta(days=days)
    return visiting.schedule(
        certificate=certificate, by=by, place="Chakan", planned_on=day, purpose="Stock", **given
    )


def plainly():
    """The same by who asked, from the table itself."""
    came = "status = 'SCHEDULED' AND planned_on <= %s"
    held = "status NOT IN ('SCHEDULED', 'CANCELLED')"
    sums = [
        f"({came}) OR ({held})",
        held,
        came,
        "status = 'SCHEDULED' AND planned_on > %s",
        "status = 'CANCELLED'",
    ]
    columns = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in sums)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked_by, {columns} FROM shipments_visit GROUP BY asked_by", [str(today())] * 3
        )
        return {row[0]: tuple(int(value) for value in row[1:]) for row in cursor.fetchall()}


def test_equals_plain_sql_of_the_visits(life, certificate, officer):
    generating.generate(certificates=120, years=2, seed=5)
    plan(certificate, officer, 0)
    plan(certificate, officer, 3)
    found = told(("kind",))
    counts = ("due", "done", "missed", "ahead", "cancelled")
    assert {kind: tuple(row[name] for name in counts) for (kind,), row in found.items()} == plainly()
    assert all(sum(row[name] for row in found.values()) for name in counts)
    assert rebuilding.differences() == []


class TestDue:
    def test_is_what_has_come_and_what_was_held(self, certificate, officer):
        plan(certificate, officer, 5)
        assert told()[()] == dict(due=0, done=0, missed=0, rate=None, ahead=1, cancelled=0)
        visit = plan(certificate, officer, 0)
        assert told()[()] == dict(due=1, done=0, missed=1, rate=0.0, ahead=1, cancelled=0)
        visiting.conclude(visit=visit, by=officer, held_on=today(), findings="All in order")
        assert told()[()] == dict(due=1, done=1, missed=0, rate=100.0, ahead=1, cancelled=0)

    def test_comes_with_the_day_in_india(self, certificate, officer):
        plan(certificate, officer, 1)
        midnight = datetime.combine(today() + timedelta(days=1), datetime.min.time(), INDIA)
        with time_machine.travel(midnight - timedelta(minutes=1), tick=False):
            assert told()[()]["due"] == 0
        with time_machine.travel(midnight + timedelta(minutes=1), tick=False):
            assert told()[()]["due"] == 1

    def test_goes_to_the_new_day_when_put_off_and_ends_when_called_off(self, certificate, officer):
        visit = plan(certificate, officer, 0)
        folding.fold()
        later = today() + timedelta(days=70)
        visiting.reschedule(visit=visit, by=officer, planned_on=later, reason="holiday")
        assert told(("month",)) == {(f"{later:%Y-%m}",): told()[()]}
        assert told()[()] == dict(due=0, done=0, missed=0, rate=None, ahead=1, cancelled=0)
        folding.fold()
        assert told(("month",)) == {(f"{later:%Y-%m}",): told()[()]}
        visiting.cancel(visit=visit, by=officer, reason="closed down")
        assert told()[()] == dict(due=0, done=0, missed=0, rate=None, ahead=0, cancelled=1)
        folding.fold()
        assert Fact.objects.get(board=boards.VISITS).wait == "CANCELLED"
        assert rebuilding.differences() == []


@pytest.mark.parametrize(
    "address", ["/figures/visits/", "/figures/visits/?group=kind", "/figures/visits/rows/"]
)
def test_leads_to_the_visits(client, analyst, certificate, officer, address):
    visit = plan(certificate, officer, 0)
    folding.fold()
    client.force_login(analyst.person)
    page = client.get(address)
    assert page.status_code == 200
    if "rows" in address:
        link = f"/visits/{visit.slug}/"
        assert link in page.content.decode()
        assert client.get(link).status_code == 200


def test_is_not_published_to_importers(client, drafter, certificate):
    client.force_login(drafter.person)
    assert client.get("/figures/visits/").status_code == 404
    assert client.get("/api/v1/figures/visits/").status_code == 404
