"""Refusals by reason: each application once, or under each of its reasons; certificates that officers rejected."""

import pytest

from euc import control, services
from licensing import services as licensing
from ministry import access, figures, folding, generating, rebuilding, suppressing
from ministry.models import Fact
from ministry.reading import Reader
from ministry.tables import Query

REFUSALS, REJECTED = figures.FIGURES["refusals"], figures.FIGURES["rejected"]


def told(group=(), figure=REFUSALS, **filters):
    rows = figure.read(Reader(), Query(group, filters)).rows
    return {tuple(row[: len(group)]): row[len(group)] for row in rows}


@pytest.fixture
def case(life):
    return licensing.open_case(certificate=life.issued(), by=life.drafter)


def refuse(case, by, *grounds, claimed="REFUSED"):
    day = control.day_in_china()
    return licensing.report(case=case, by=by, claimed=claimed, claimed_on=day, grounds=grounds)


class TestRefusals:
    def test_count_each_application_once_and_under_each_reason(self, case, officer):
        refuse(case, officer, "END_USE", "NAMES")
        assert told(("kind",)) == {("END_USE",): 1, ("NAMES",): 1}
        for group in ((), ("status",), ("month",)):
            assert list(told(group).values()) == [1]
        folding.fold()
        assert told(("kind",)) == {("END_USE",): 1, ("NAMES",): 1}
        assert told() == {(): 1}
        table = REFUSALS.read(Reader(), Query(("kind",)))
        assert "in all: 1" in table.note
        assert rebuilding.differences() == []

    def test_tell_several_reasons_apart_even_where_nobody_groups(self, case, officer):
        refuse(case, officer, "END_USE", "NAMES")
        assert told(kind=("END_USE",)) == {(): 1}
        table = REFUSALS.read(Reader(), Query((), {"kind": ("END_USE", "NAMES")}))
        assert [row[:2] for row in table.rows] == [["END_USE", 1], ["NAMES", 1]]

    def test_follow_a_reason_that_comes_later_and_a_report_that_is_withdrawn(self, case, officer):
        said = refuse(case, officer)
        assert told(("kind",)) == {("",): 1}
        folding.fold()
        again = refuse(case, officer, "MILITARY")
        assert told(("kind",)) == {("MILITARY",): 1}
        folding.fold()
        licensing.withdraw_report(report=again, by=officer, reason="another case")
        assert told(("kind",)) == {("",): 1}
        licensing.withdraw_report(report=said, by=officer, reason="another case")
        assert told(("kind",)) == told() == {}
        folding.fold()
        assert not Fact.objects.filter(board="refusals").exists()

    def test_are_no_corrections(self, case, officer):
        refuse(case, officer, "FORM", claimed="CORRECTION")
        assert told() == {}
        refuse(case, officer, "FORM", claimed="NOT_ACCEPTED")
        assert told(("status",)) == {("NOT_ACCEPTED",): 1}


class TestRejected:
    def test_counts_what_officers_end_and_not_what_they_send_back(self, life):
        life.returned()
        certificate = life.submitted()
        services.reject(certificate=certificate, by=life.officer, reason="The end use is military.")
        weight = sum(line.net_weight_mg for line in certificate.lines())
        assert REJECTED.read(Reader(), Query()).rows == [[1, weight]]
        folding.fold()
        assert Fact.objects.filter(board="rejected").count() == len(certificate.lines())
        assert rebuilding.differences() == []


class TestDoors:
    @pytest.fixture
    def trade(self, db):
        generating.generate(certificates=120, years=2, seed=5)

    def test_rows_are_as_many_as_the_cell_says(self, trade, client, analyst):
        client.force_login(analyst.person)
        facts = Fact.objects.filter(board="refusals").exclude(kind__in=("", "ALL"))
        told = facts.values_list("kind", flat=True)[0]
        for query in ("", f"kind={told}", "kind=-", "status=REFUSED"):
            figure = client.get(f"/api/v1/figures/refusals/?group=&{query}").json()
            rows = client.get(f"/api/v1/figures/refusals/rows/?{query}").json()["results"]
            assert sum(row["n"] for row in figure["rows"]) == len(rows) > 0
        page = client.get("/figures/refusals/").content.decode()
        assert "Reason" in page
        assert f"/figures/refusals/rows/?kind={told}" in page

    def test_importers_see_neither_small_cells_nor_how_many_there_are_in_all(self, trade, client, drafter):
        reader = Reader()
        for figure in (REFUSALS, REJECTED):
            for dim in suppressing.groups_of(figure):
                table, hidden = suppressing.read(figure, reader, Query(("year", dim)))
                assert hidden
                assert table.note == ""
                for row in table.rows:
                    assert (row[2] is None) == ((row[1], row[0]) in hidden)
        client.force_login(drafter.person)
        page = client.get("/figures/refusals/")
        assert page.status_code == 200
        assert "in all" not in page.content.decode()
        assert client.get("/figures/refusals/rows/").status_code == 403
        assert {figure.name for figure in access.figures_for(drafter)} >= {"refusals", "rejected"}
