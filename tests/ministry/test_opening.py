"""Behind every number stand exactly the rows that it counts: on the page, by REST and in exports."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from euc import control
from licensing.models import LicenceCase
from ministry import asking, boards, exporting, folding, generating, opening, presenting, reading
from ministry.bands import Days
from ministry.figures import FIGURES
from ministry.models import Export, Fact, Pointer
from ministry.naming import Names
from ministry.reading import Reader
from ministry.tables import Query
from tests import shared
from workflow import errands
from workflow.models import Errand, Event

BANDED = ("ageing", "expiring", "overdue")
SUMMED = {"n": 0, "waiting": 0, "quantity_mg": 1, "waiting_mg": 1}  # columns that add up what rows say


@pytest.fixture(scope="module")
def trade(django_db_setup, django_db_blocker):
    """Two years of invented trade, and something on either side of every band."""
    with shared.rows(django_db_blocker):
        generating.generate(certificates=60, years=2, seed=5)
        lay(on_edges())
        yield


def on_edges():
    """A fact on the first and the last day of every band, one before all of them, one without a day."""
    for name in BANDED:
        figure = FIGURES[name]
        ends = {end for band in figure.bands.each for end in (band.first, band.last or 400)}
        for number in (*sorted(ends), figure.bands.whole.first - 1):
            day = figure.bands._day(number, None)
            yield Fact(board=figure.board, day=day, n=1, quantity_mg=1000 + number, sector="WIND")
        yield Fact(board=figure.board, n=1, quantity_mg=7)


def lay(facts):
    """Facts as if something counted for them, added to the totals."""
    found = list(facts)
    for place, fact in enumerate(found):
        fact.source, fact.ref, fact.reference = "lot", 9_000_000 + place, f"LAID/{place}"
    Fact.objects.bulk_create(found)
    folding._add(folding.deltas([], found))


@pytest.fixture
def reader(client_for, analyst):
    return client_for(analyst)


def behind(reader, url):
    """What stands at an address of rows by each door: how many rows, their sums."""
    found = {by_page(reader, url), by_rest(reader, url), by_csv(reader, url)}
    assert len(found) == 1, (url, found)
    return found.pop()


def by_page(reader, url):
    rows, address = [], url
    while address:
        context = reader.get(address).context
        rows += context["page"].rows
        address = context["page"].next_url and url.partition("?")[0] + context["page"].next_url
    n, mg = sum(fact.n for fact in rows), sum(fact.quantity_mg for fact in rows)
    assert context["sums"].mg == mg
    return len(rows), n, mg


def by_rest(reader, url):
    rows, address = [], f"/api/v1{url}"
    while address:
        data = reader.get(address).json()
        rows += data["results"]
        address = data["next"]
    sums = sum(row["n"] for row in rows), sum(row["quantity_mg"] for row in rows)
    assert (data["sums"]["n"], data["sums"]["quantity_mg"]) == sums
    return len(rows), *sums


def by_csv(reader, url):
    answer = reader.get(url.replace("/rows/", "/rows.csv"))
    return summed(b"".join(answer.streaming_content))


def by_export(reader, url):
    answer = reader.post(url.replace("/rows/", "/exports/"), {"form": "csv"})
    assert answer.status_code == 302
    return summed(written(Export.objects.first()).path.read_bytes())


def written(export):
    while (mine := Errand.objects.filter(subject_id=export.pk, state=Errand.PENDING)).exists():
        assert errands.run(mine.get().pk)
    export.refresh_from_db()
    return export


def summed(content):
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    return len(rows), sum(int(row["n"]) for row in rows), sum(int(row["quantity_mg"]) for row in rows)


def told(shown, row):
    """What a row of a figure says of number and weight, by their places in the sums of rows."""
    names = [column.name for column in shown.measures]
    cells = dict(zip(names, row.cells, strict=True))
    return {SUMMED[name]: cell.value for name, cell in cells.items() if name in SUMMED}


def test_every_headline_counts_the_rows_behind_it(trade, reader):
    tiles = reader.get(reverse("ministry:overview")).context["tiles"]
    assert sum(tile.n > 0 for tile in tiles) >= 4
    for tile in tiles:
        page = reader.get(tile.url)
        rows = reverse("ministry:rows", args=[page.context["figure"].name])
        url = f"{rows}?{page.context['parameters']}"
        assert f'href="{url}"'.replace("&", "&amp;") in page.content.decode()
        _rows, n, mg = behind(reader, url)
        assert n == tile.n, tile.label
        assert tile.mg in (mg, None), tile.label


@pytest.mark.parametrize("name", BANDED)
def test_every_band_counts_the_rows_behind_it(trade, reader, name):
    shown = reader.get(f"/figures/{name}/").context["shown"]
    assert len(shown.rows) == len(FIGURES[name].bands.each)
    sums = [0, 0]
    for row in shown.rows:
        found = behind(reader, row.url)
        assert by_export(reader, row.url) == found
        assert told(shown, row) == dict(enumerate(found[1:]))
        sums = [one + more for one, more in zip(sums, found[1:], strict=True)]
        Errand.objects.all().delete()
    assert behind(reader, f"/figures/{name}/rows/")[1:] == tuple(sums)


def test_every_row_of_the_overview_counts_the_rows_behind_it(trade, reader):
    page = reader.get(reverse("ministry:overview"))
    shown = [panel.shown for section in page.context["sections"] for panel in section.panels]
    linked = [(one, row) for one in shown for row in one.rows[:3] if row.url and told(one, row)]
    assert len(linked) > 20
    for one, row in linked:
        found = dict(enumerate(by_page(reader, row.url)[1:]))
        assert told(one, row).items() <= found.items(), row.url


@pytest.mark.parametrize(
    "name", [name for name, one in FIGURES.items() if {*SUMMED} & {c.name for c in one.columns}]
)
def test_every_row_of_every_grouping_does(trade, name):
    figure, names = FIGURES[name], Names()
    for dim in (*figure.periods, *figure.dims):
        query = Query((dim,))
        shown = presenting.shown(figure, query, figure.read(Reader(), query), names)
        for row in [row for row in shown.rows if row.url][:4]:
            asked = asking.parse(figure, QueryDict(row.url.partition("?")[2]), names)
            facts = list(reading.facts_of(figure.ask(asked, ())))
            found = {0: sum(fact.n for fact in facts), 1: sum(fact.quantity_mg for fact in facts)}
            assert told(shown, row).items() <= found.items(), row.url


def test_a_year_of_which_a_part_is_asked_for_opens_that_part(trade):
    figure, names = FIGURES["issued"], Names()
    months = sorted({m for m in Fact.objects.filter(board="issued").values_list("month", flat=True)})
    query = asking.parse(figure, QueryDict(f"group=year&from={months[3]}&to={months[-3]}"), names)
    shown = presenting.shown(figure, query, figure.read(Reader(), query), names)
    for row in shown.rows:
        asked = asking.parse(figure, QueryDict(row.url.partition("?")[2]), names)
        facts = reading.facts_of(figure.ask(asked, ()))
        assert sum(fact.n for fact in facts) == row.cells[0].value


class TestDays:
    @pytest.mark.parametrize("name", BANDED)
    def test_cut_the_bands_they_begin_and_end_in(self, trade, name):
        first, last = FIGURES[name].bands.each[:2]
        query = Query(days=Days(first.last, last.first + 2))
        rows = FIGURES[name].read(Reader(), query).rows
        assert [row[0] for row in rows] == [f"{first.last}-{first.last}", f"{last.first}-{last.first + 2}"]
        assert sum(row[1] for row in rows) == Reader().total(FIGURES[name].ask(query, ()))[0]

    def test_leave_no_band_out_between_others(self, db):
        figure = FIGURES["overdue"]
        edge, day = figure.bands.each[-1].first, figure.bands._day
        lay(Fact(board=figure.board, day=day(number, None), sector="NONE", n=1) for number in (1, edge))
        rows = figure.read(Reader(), Query((), {"sector": ("NONE",)})).rows
        assert [row[1] for row in rows] == [1, 0, 0, 1]

    @pytest.mark.parametrize("name", BANDED)
    def test_are_kept_with_any_one_dimension(self, name):
        figure = FIGURES[name]
        for dim in figure.dims:
            assert figure.ask(Query(days=Days(1, 9)), (dim,)).is_kept

    def test_are_what_an_address_says_and_say_it_again(self):
        figure, names = FIGURES["overdue"], Names()
        for code in ("1-15", "91-", "9-9"):
            query = asking.parse(figure, QueryDict(f"days={code}"), names)
            assert asking.as_parameters(query, names)["days"] == [code]
        assert asking.parse(figure, QueryDict("days="), names).days is None

    @pytest.mark.parametrize(
        ("name", "query", "said"),
        [
            ("overdue", "days=16", "Write days as 16-30"),
            ("overdue", "days=91-x", "Write days as 16-30"),
            ("overdue", "days=%D9%A1-", "Write days as 16-30"),
            ("overdue", "days=30-16", "lies before the first"),
            ("overdue", "days=0-15", "from 1 on"),
            ("expiring", "days=0-30&days=91-", "one range"),
            ("issued", "days=0-30", "does not count by days"),
        ],
    )
    def test_that_make_no_sense_are_refused_in_words_by_every_door(self, reader, name, query, said):
        for address in (f"/figures/{name}/", f"/figures/{name}/rows/", f"/figures/{name}/rows.csv"):
            answer = reader.get(f"{address}?{query}")
            assert (answer.status_code, said in answer.content.decode()) == (422, True), address
        for address in (f"/api/v1/figures/{name}/", f"/api/v1/figures/{name}/rows/"):
            answer = reader.get(f"{address}?{query}")
            assert answer.status_code == 400
            assert said in answer.json()["fields"]["days"][0]["message"]
        asked = reader.post(f"/figures/{name}/exports/?{query}", {"form": "csv"}, follow=True)
        assert said in asked.content.decode()
        sent = {"data": {"form": "csv"}, "content_type": "application/json"}
        assert reader.post(f"/api/v1/figures/{name}/exports/?{query}", **sent).status_code == 400
        assert not Export.objects.exists()

    def test_are_the_bands_of_the_answer_with_their_words(self, trade, reader):
        data = reader.get("/api/v1/figures/overdue/").json()
        assert [row["band"] for row in data["rows"]] == ["1-15", "16-30", "31-90", "91-"]
        assert data["labels"]["band"]["91-"] == "≥ 91 days"
        narrowed = reader.get("/api/v1/figures/overdue/?days=91-").json()
        assert narrowed["rows"] == data["rows"][-1:]
        assert narrowed["filters"] == {"days": ["91-"]}


class TestPage:
    def test_says_what_it_is_narrowed_to_and_the_way_back(self, trade, reader):
        page = reader.get("/figures/overdue/rows/?days=16-30&sector=WIND")
        found = {one.words: one.without for one in page.context["narrowings"]}
        assert sorted(found.values()) == ["days=16-30", "sector=WIND"]
        assert "16–30 days" in found
        for words, without in found.items():
            assert words in page.content.decode()
            wider = reader.get(f"/figures/overdue/rows/?{without}")
            assert len(wider.context["narrowings"]) == 1
            assert wider.context["sums"].mg >= page.context["sums"].mg

    def test_says_how_many_and_how_heavy(self, trade, reader):
        table = FIGURES["overdue"].read(Reader(), Query())
        n, mg = sum(row[1] for row in table.rows), sum(row[2] for row in table.rows)
        page = reader.get("/figures/overdue/rows/")
        assert (page.context["sums"].counted, page.context["sums"].mg) == (f"{n} applications", mg)
        assert f"{n} applications · " in page.content.decode()

    def test_tells_things_from_their_lines(self, trade, reader):
        lines = [Fact(board=boards.REJECTED, n=n, quantity_mg=5, hs_in="99999999") for n in (1, 0, 0)]
        lay(lines)
        sums = reader.get("/figures/rejected/rows/?hs_in=99999999").context["sums"]
        assert (sums.counted, sums.rows, sums.mg) == ("1 certificate", "3 rows", 15)

    def test_counts_no_application_twice_for_its_reasons(self, trade, reader):
        kinds = (("ALL", 2), ("END_USE", 2), ("NAMES", 1))
        lay(
            Fact(board=boards.REFUSALS, kind=kind, exporter="Laid", n=1, quantity_mg=5)
            for kind, many in kinds
            for _ in range(many)
        )
        said = [
            reader.get(f"/figures/refusals/rows/?exporter=Laid{query}").context["sums"].counted
            for query in ("", "&kind=END_USE", "&kind=END_USE&kind=NAMES")
        ]
        assert said == ["2 applications", "2 applications", "3 rows"]

    def test_counts_what_is_not_added_yet(self, trade, reader):
        pending = Fact.objects.filter(board=boards.CASES, kind="PENDING", source="case").first()
        case = LicenceCase.objects.get(pk=pending.ref)
        case.due_on = control.day_in_china() - timedelta(days=40)
        case.save()
        Pointer.objects.create(source="case", ref=case.pk)
        asked = FIGURES["overdue"].ask(Query(days=Days(40, 40)), ())
        n, mg, _cents = Reader().total(asked)
        assert (n, mg) != Reader(()).total(asked)[:2]
        assert behind(reader, "/figures/overdue/rows/?days=40-40")[1:] == (n, mg)

    @pytest.mark.parametrize("address", ["/figures/{}/rows/", "/api/v1/figures/{}/rows/"])
    @pytest.mark.parametrize("name", ["overdue", "issued"])
    def test_costs_the_same_however_much_there_is(
        self, db, reader, name, address, django_assert_max_num_queries
    ):
        generating.generate(certificates=10, years=1, seed=1)
        opening.settle()
        url = address.format(name)
        with django_assert_max_num_queries(24) as few:
            reader.get(url)
        generating.generate(certificates=40, years=1, seed=2)
        opening.settle()
        with django_assert_max_num_queries(len(few)):
            assert reader.get(url).status_code == 200

    def test_that_it_was_opened_is_recorded_with_its_days(self, trade, reader):
        reader.get("/figures/overdue/rows/?days=1-15")
        assert Event.objects.latest("pk").details == {"days": ["1-15"]}


def test_an_export_counts_days_from_when_it_was_asked_for(trade, analyst):
    figure, names = FIGURES["overdue"], Names()
    query = asking.parse(figure, QueryDict("days=1-15"), names)
    export = exporting.ask(figure=figure, query=query, form="csv", names=names, by=analyst)
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=True):
        assert Reader().total(figure.ask(query, ())) != Reader().total(
            figure.ask(query, (), at=export.asked_at)
        )
        written(export)
    assert export.done == export.total > 0
    assert urlencode({"days": "1-15"}) == export.query
