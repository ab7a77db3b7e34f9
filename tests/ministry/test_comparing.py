"""A figure beside another period says what both say alone."""

import csv
import io

import pytest

from ministry import comparing, figures, generating
from ministry.models import Fact
from ministry.reading import Reader, Span
from ministry.tables import Query
from tests import shared


@pytest.fixture(scope="module")
def trade(django_db_setup, django_db_blocker):
    with shared.rows(django_db_blocker):
        generating.generate(certificates=80, years=3, seed=5)
        yield


@pytest.fixture
def months(trade):
    """A half-year that has a half-year and a year before it."""
    last = Fact.objects.filter(board="issued").order_by("-month").values_list("month", flat=True)[0]
    return Span(comparing.shifted(last, -5), last)


def alone(name, group, span):
    figure = figures.FIGURES[name]
    table = figure.read(Reader(), Query(group, {}, span))
    return {tuple(row[: len(group)]): row[len(group) :] for row in table.rows}


@pytest.mark.parametrize("way", comparing.WAYS)
@pytest.mark.parametrize("name", ["issued", "entries", "moves", "grants", "utilisation"])
def test_both_periods_are_what_they_are_alone(months, way, name):
    figure, back = figures.FIGURES[name], 12 if way == "last-year" else 6
    before = Span(comparing.shifted(months.first, -back), comparing.shifted(months.last, -back))
    table = comparing.read(figure, Reader(), Query(("sector",), {}, months, way))
    here, there = alone(name, ("sector",), months), alone(name, ("sector",), before)
    assert {row[0] for row in table.rows} == {key[0] for key in here.keys() | there.keys()}
    for sector, *cells in table.rows:
        now, then = here.get((sector,)), there.get((sector,))
        for place in range(len(figure.columns)):
            if now:
                assert cells[4 * place] == now[place]
            if then:
                assert cells[4 * place + 1] == then[place]
            if now and then and None not in (now[place], then[place]):
                assert cells[4 * place + 2] == round(now[place] - then[place], 1)


def test_months_stand_beside_their_counterparts(months):
    table = comparing.read(figures.FIGURES["issued"], Reader(), Query(("month",), {}, months, "last-year"))
    assert [row[0] for row in table.rows] == sorted(row[0] for row in table.rows)
    then = alone("issued", ("month",), comparing.other(Query((), {}, months, "last-year")))
    for month, _n, before, *_rest in table.rows:
        assert before == then.get((comparing.shifted(month, -12),), [0])[0]


@pytest.mark.parametrize(
    ("month", "by", "found"),
    [
        ("2026-01", -1, "2025-12"),
        ("2025-12", 1, "2026-01"),
        ("2026-03", -12, "2025-03"),
        ("2026-03", 0, "2026-03"),
    ],
)
def test_months_are_shifted_over_years(month, by, found):
    assert comparing.shifted(month, by) == found


def test_nothing_in_per_cent_of_nothing(trade):
    column = figures.FIGURES["issued"].columns[0]
    assert comparing._cells(column, 3, None) == [3, 0, 3, None]
    assert comparing._cells(column, None, 4) == [0, 4, -4, -100.0]


class TestDoors:
    def test_page_json_and_csv_say_the_same(self, months, analyst, client_for):
        client = client_for(analyst)
        query = f"group=sector&from={months.first}&to={months.last}&compare=previous"
        data = client.get(f"/api/v1/figures/issued/?{query}").json()
        assert data["compared_with"]["to"] == comparing.shifted(months.first, -1)
        row = data["rows"][0]
        assert row["n_change"] == row["n"] - row["n_before"]
        text = client.get(f"/api/v1/figures/issued/?{query}&format=csv").content.decode("utf-8-sig")
        said = next(csv.DictReader(io.StringIO(text)))
        assert said["n_change"] == str(row["n_change"])
        page = client.get(f"/figures/issued/?{query}")
        assert page.status_code == 200
        assert data["compared_with"]["to"] in page.content.decode()

    def test_a_fall_is_a_number_in_the_file_too(self, months, analyst, client_for):
        query = f"group=sector&from={months.first}&to={months.last}&compare=last-year"
        client = client_for(analyst)
        data = client.get(f"/api/v1/figures/entries/?{query}").json()
        text = client.get(f"/figures/entries.csv?{query}").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        names = [column["name"] for column in data["columns"] if column["name"].endswith("_change")]
        found = [[row[name] for name in names] for row in rows]
        assert found == [["" if row[n] is None else str(row[n]) for n in names] for row in data["rows"]]
        assert any(cell.startswith("-") for row in found for cell in row)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("compare=previous", "compare"),
            ("compare=never&from=2026-01&to=2026-02", "compare"),
            ("compare=previous&from=2026-01&to=2026-02&group=year", "compare"),
        ],
    )
    def test_what_cannot_be_compared_is_refused(self, db, analyst, client_for, query, field):
        client = client_for(analyst)
        answer = client.get(f"/api/v1/figures/issued/?{query}")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert client.get(f"/figures/issued/?{query}").status_code == 422
        custody = client.get("/api/v1/figures/custody/?compare=previous&from=2026-01&to=2026-02")
        assert custody.status_code == 400

    def test_importers_compare_nothing(self, db, drafter, client_for):
        answer = client_for(drafter).get("/api/v1/figures/issued/?from=2026-01&to=2026-02&compare=previous")
        assert answer.status_code == 400


def test_a_refusal_on_the_page_names_the_field_as_it_is_labelled(analyst, client_for):
    response = client_for(analyst).get("/figures/issued/?group=month&compare=last-year")
    assert response.status_code == 422
    assert "Compare with: Say from which month" in response.content.decode()
