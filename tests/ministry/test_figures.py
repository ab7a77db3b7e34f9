"""Every figure equals a recomputation in plain SQL, in random groupings and filters; and how each is told."""

import csv
import io
import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from accounts.models import Organisation
from euc import control, services
from euc.models.certificate import today
from licensing import grounds
from ministry import boards, figures, folding, generating, reading, rebuilding, rows, suppressing
from ministry.models import Fact, Pointer, Total
from ministry.reading import Ask, Reader, Span
from ministry.tables import Query
from shipments import custody
from shipments.models import Lot
from tests import shared
from workflow.models import Event

PG = connection.vendor == "postgresql"


def month_of(moment: str) -> str:
    """The month in India of a moment in UTC, as SQL."""
    if PG:
        return f"to_char({moment} AT TIME ZONE 'Asia/Kolkata', 'YYYY-MM')"
    return f"strftime('%%Y-%%m', {moment}, '+330 minutes')"


def month_of_day(day: str) -> str:
    return f"to_char({day}, 'YYYY-MM')" if PG else f"substr({day}, 1, 7)"


GOODS = {"sector": "u.sector", "hs_in": "g.itc_hs", "hs_cn": "g.cn_hs"}
STATE = (
    "CASE COALESCE(NULLIF(o.state_code, ''), substr(o.gstin, 1, 2)) WHEN '25' THEN '26' WHEN '28' THEN '37' "
    "ELSE COALESCE(NULLIF(o.state_code, ''), substr(o.gstin, 1, 2)) END"
)
TRADERS = {
    "state": STATE,
    "importer": "CAST(c.importer_id AS varchar)",
    "exporter": "c.exporter_name",
    "province": "substr(p.registration, 3, 2)",
}
USE = (
    "JOIN euc_enduse u ON u.certificate_id = c.id "
    "JOIN euc_party p ON p.certificate_id = c.id AND p.role = 'EXPORTER' "
    "JOIN accounts_organisation o ON o.id = c.importer_id"
)
LINES = f"euc_goodsline g JOIN euc_certificate c ON c.id = g.certificate_id {USE}"
LOTS = (
    "shipments_lot l JOIN euc_goodsline g ON g.id = l.goods_line_id "
    f"JOIN euc_certificate c ON c.id = g.certificate_id {USE}"
)
CORRECTED = "SELECT reverses_id FROM shipments_posting WHERE reverses_id IS NOT NULL"


@dataclass(frozen=True)
class Plain:
    """A board as its tables have it: rows, what counts, the month, dimensions, how many and how heavy."""

    rows: str
    counts: str
    month: str
    dims: dict[str, str]
    n: str
    weight: str


PLAIN = {
    boards.PIPELINE: Plain(
        LINES,
        "c.revision_number > 0",
        "",
        {**GOODS, **TRADERS, "status": "c.status"},
        "CASE WHEN g.number = 1 THEN 1 ELSE 0 END",
        "g.net_weight_mg",
    ),
    boards.ISSUED: Plain(
        LINES,
        "c.issued_at IS NOT NULL",
        month_of("c.issued_at"),
        {**GOODS, **TRADERS, "status": "c.status"},
        "CASE WHEN g.number = 1 THEN 1 ELSE 0 END",
        "g.net_weight_mg",
    ),
    boards.CASES: Plain(
        f"licensing_licencecase k JOIN euc_certificate c ON c.id = k.certificate_id {USE}",
        "1 = 1",
        month_of("k.opened_at"),
        {"sector": "u.sector", **TRADERS, "status": "k.status"},
        "1",
        "(SELECT SUM(x.net_weight_mg) FROM euc_goodsline x WHERE x.certificate_id = c.id)",
    ),
    boards.CONSIGNMENTS: Plain(
        f"{LOTS} JOIN shipments_consignment s ON s.id = l.consignment_id",
        "s.status <> 'PLANNED'",
        month_of_day("s.boe_on"),
        {**GOODS, **TRADERS, "status": "s.status", "port": "s.port_of_entry", "mode": "s.mode"},
        "CASE WHEN l.number = 1 THEN 1 ELSE 0 END",
        "COALESCE(l.entered_mg, l.weight_mg)",
    ),
    boards.CUSTODY: Plain(
        LOTS.replace("shipments_lot l", "shipments_holding h JOIN shipments_lot l ON l.id = h.lot_id"),
        "h.weight_mg > 0 AND h.account NOT IN ('SUPPLIER', 'SURPLUS', 'VARIANCE')",
        "",
        {**GOODS, "state": STATE, "importer": TRADERS["importer"], "kind": "h.account"},
        "1",
        "h.weight_mg",
    ),
    boards.MOVES: Plain(
        LOTS.replace("shipments_lot l", "shipments_posting m JOIN shipments_lot l ON l.id = m.lot_id"),
        f"m.weight_mg > 0 AND m.reverses_id IS NULL AND m.id NOT IN ({CORRECTED})",
        month_of_day("m.happened_on"),
        {**GOODS, "state": STATE, "importer": TRADERS["importer"], "kind": "m.to_account"},
        "1",
        "m.weight_mg",
    ),
}


TOLD = (
    "SELECT 1 FROM licensing_statusreport r WHERE r.case_id = k.id AND r.claimed = k.status "
    "AND NOT EXISTS (SELECT 1 FROM licensing_reportwithdrawal w WHERE w.report_id = r.id)"
)
CODES = " UNION ALL ".join(f"SELECT '{code}' AS code" for code in ("ALL", "", *grounds.GROUNDS))
PLAIN[boards.REFUSALS] = Plain(
    f"{PLAIN[boards.CASES].rows} JOIN ({CODES}) q ON 1 = 1",
    "k.status IN ('REFUSED', 'NOT_ACCEPTED') AND (q.code = 'ALL' "
    f"OR (q.code = '' AND NOT EXISTS ({TOLD} AND CAST(r.grounds AS text) <> '[]')) "
    f"""OR (q.code <> '' AND EXISTS ({TOLD} AND CAST(r.grounds AS text) LIKE '%%"' || q.code || '"%%')))""",
    month_of_day("k.status_on"),
    {**PLAIN[boards.CASES].dims, "kind": "q.code"},
    "1",
    PLAIN[boards.CASES].weight,
)
PLAIN[boards.REJECTED] = Plain(
    LINES,
    "c.status = 'REJECTED'",
    month_of("c.ended_at"),
    {**GOODS, **TRADERS},
    "CASE WHEN g.number = 1 THEN 1 ELSE 0 END",
    "g.net_weight_mg",
)
PLAIN[boards.VISITS] = Plain(
    "shipments_visit v JOIN accounts_organisation o ON o.id = v.importer_id",
    "1 = 1",
    month_of_day("v.planned_on"),
    {
        "status": "v.status",
        "kind": "v.asked_by",
        "state": STATE,
        "importer": "CAST(v.importer_id AS varchar)",
    },
    "1",
    "0",
)


def plainly(ask: Ask) -> dict[tuple[str, ...], tuple[int, int]]:
    """The same question asked of the tables themselves."""
    plain = PLAIN[ask.board]
    month, dims = plain.month, plain.dims
    where, params = [plain.counts], []
    for dim, values in ask.filters.items():
        where.append(f"{dims[dim]} IN ({', '.join(['%s'] * len(values))})")
        params += values
    for sign, end in ((">=", ask.span.first), ("<=", ask.span.last)):
        if end:
            where.append(f"{month} {sign} %s")
            params.append(end)
    if ask.by:
        where.append(f"{month} IS NOT NULL AND {month} <> ''")
    groups = ([month] if ask.by else []) + [dims[dim] for dim in ask.dims]
    columns = ", ".join([*groups, f"SUM({plain.n})", f"SUM({plain.weight})"])
    group = f" GROUP BY {', '.join(groups)}" if groups else ""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {plain.rows} WHERE {' AND '.join(where)}{group}", params)
        for row in cursor.fetchall():
            key, count, mg = row[: len(groups)], int(row[-2] or 0), int(row[-1] or 0)
            if ask.by == reading.YEAR:
                key = (boards.year_of_month(key[0]), *key[1:])
            before = found.get(tuple(key), (0, 0))
            found[tuple(key)] = (before[0] + count, before[1] + mg)
    return {key: value for key, value in found.items() if any(value)}


def asks(count: int) -> list[Ask]:
    """Random questions: any board that has facts, up to three dimensions, up to two filters, any span."""
    pick, found = random.Random(7), []
    told = set(Fact.objects.values_list("board", flat=True))
    known = [board for board in PLAIN if board in told]
    for _number in range(count):
        board = pick.choice(known)
        dims, is_dated = list(PLAIN[board].dims), bool(PLAIN[board].month)
        group = pick.sample(dims, pick.randrange(0, 3))
        by = [pick.choice((reading.MONTH, reading.YEAR))] if is_dated and pick.random() < 0.5 else []
        filters = {}
        for dim in pick.sample(dims, pick.randrange(0, 3)):
            values = list(
                Fact.objects.filter(board=board).order_by(dim).values_list(dim, flat=True).distinct()
            )
            filters[dim] = tuple(pick.sample(values, min(len(values), pick.randrange(1, 3))))
        span = Span()
        if is_dated and pick.random() < 0.6:
            months = sorted(
                {m for m in Fact.objects.filter(board=board).values_list("month", flat=True) if m}
            )
            first, last = sorted((pick.choice(months), pick.choice(months)))
            years = Span(f"{first[:4]}-04", f"{int(last[:4]) + 1}-03")
            span = pick.choice((Span(first, last), Span(first), Span(last=last), years))
        found.append(Ask(board, tuple(by + group), filters, span))
    return found


def invent(**given):
    """Invented trade that the planner knows of: PostgreSQL may have noted the tables as empty before."""
    generating.generate(**given)
    rebuilding.tell_planner()


@pytest.fixture(scope="class")
def trade(django_db_setup, django_db_blocker):
    """Two years of invented trade."""
    with shared.rows(django_db_blocker):
        invent(certificates=120, years=2, seed=5)
        yield


@pytest.fixture
def fine(received, life):
    """What people did, invented trade, and something done since that is not folded yet."""
    life.returned()
    issued = life.issued()
    invent(certificates=120, years=2, seed=5)
    services.revoke(certificate=issued, by=life.senior, reason="cancelled")
    issue_to_production(received, life)


def issue_to_production(received, life):
    lot = Lot.objects.filter(consignment=received).first()
    held = lot.holdings.get(account="ON_HAND")
    return custody.move(
        lot=lot,
        verb="issue",
        by=life.drafter,
        from_account="ON_HAND",
        from_place=held.place,
        weight_mg=5_000_000,
        happened_on=today(),
        key="k",
        document="WO-1",
    )


def test_every_figure_equals_plain_sql(fine):
    assert Pointer.objects.exists()
    reader, some = Reader(), asks(500)
    assert {ask.board for ask in some} == set(PLAIN)
    for ask in some:
        told = {key: measures[:2] for key, measures in reader.read(ask).items() if any(measures[:2])}
        assert told == plainly(ask), ask


def test_generated_rows_break_no_rule(trade):
    call_command("check_ledger")
    assert rebuilding.differences() == []


def test_a_wrong_total_and_a_wrong_fact_are_named(trade, capsys):
    Total.objects.filter(board=boards.ISSUED, dims="", period="").update(n=7)
    fact = Fact.objects.filter(board=boards.CUSTODY).first()
    Fact.objects.filter(pk=fact.pk).update(quantity_mg=fact.quantity_mg + 3)
    with pytest.raises(CommandError):
        call_command("rebuild_figures", "--check")
    said = capsys.readouterr().out
    assert "issued" in said
    assert fact.reference in said
    call_command("rebuild_figures")
    assert rebuilding.differences() == []


def test_is_made_anew_once_where_a_release_counts_otherwise(trade, monkeypatch, capsys):
    call_command("rebuild_figures", "--if-outgrown")
    assert "this release" in capsys.readouterr().out
    monkeypatch.setitem(boards.BOARDS, boards.ISSUED, ("status", "sector"))
    for said in ("facts", "this release"):
        call_command("rebuild_figures", "--if-outgrown")
        assert said in capsys.readouterr().out
    assert not Total.objects.filter(board=boards.ISSUED, dims__contains="importer").exists()


def test_a_reversal_moves_the_month_it_happened_in(received, life):
    posting = issue_to_production(received, life)
    ask = Ask(boards.MOVES, ("month", "kind"), {"kind": ("IN_PRODUCTION",)})
    assert Reader().read(ask) == {(f"{today():%Y-%m}", "IN_PRODUCTION"): (1, 5_000_000, 0)}
    folding.fold()
    custody.reverse(posting=posting, by=life.drafter, reason="wrong lot")
    assert Reader().read(ask) == {}
    folding.fold()
    assert Reader().read(ask) == {}


class TestFigures:
    @pytest.mark.parametrize("name", figures.FIGURES)
    def test_answers_by_each_of_its_dimensions(self, trade, name):
        figure = figures.FIGURES[name]
        for dim in (*figure.periods, *figure.dims):
            table = figure.read(Reader(), Query((dim,)))
            assert all(len(row) == len(table.columns) for row in table.rows)

    def test_grants_count_everybody_once(self, trade):
        table = figures.FIGURES["grants"].read(Reader(), Query())
        assert sum(table.rows[0][:3]) == Fact.objects.filter(board=boards.CASES).count()

    def test_use_of_licences_leaves_what_was_not_drawn(self, trade):
        ((_licences, allowed, drawn, left, used),) = (
            figures.FIGURES["utilisation"].read(Reader(), Query()).rows
        )
        assert allowed - drawn == left
        assert used == round(drawn * 100 / allowed, 1)

    def test_own_filters_cannot_be_widened(self, trade):
        table = figures.FIGURES["under-way"].read(Reader(), Query((), {"status": ("RECONCILED",)}))
        assert table.rows == []

    def test_overdue_counts_from_the_day_after_the_last(self, trade):
        def bands() -> Counter:
            rows = figures.FIGURES["overdue"].read(Reader(), Query()).rows
            return Counter({row[0]: row[1] for row in rows})

        before = bands()
        late = [control.day_in_china() - timedelta(days=days) for days in (-1, 0, 1, 15, 16, 400)]
        facts = [Fact(board=boards.CASES, kind="PENDING", day=f"{day}", n=1) for day in late]
        folding._add(folding.deltas([], facts))
        assert bands() - before == Counter({"1-15": 2, "16-30": 1, "91-": 1})


class TestTogether:
    def test_what_is_read_together_is_what_is_read_alone(self, fine):
        some = asks(60)
        together = Reader().together(lambda reader: [reader.read(ask) for ask in some])
        assert together == [Reader().read(ask) for ask in some]
        assert any(together)

    def test_a_snapshot_takes_five_reads_and_a_long_tail_is_added_first(
        self, fine, django_assert_max_num_queries, monkeypatch
    ):
        before = Reader().read(Ask(boards.ISSUED, ("status",)))
        monkeypatch.setattr(reading, "MOST_TAIL", 0)
        with reading.reader() as reader:
            assert reader.read(Ask(boards.ISSUED, ("status",))) == before
        assert not Pointer.objects.exists()
        with django_assert_max_num_queries(5), reading.reader() as reader:
            reader.read(Ask(boards.ISSUED, ("month", "sector")))

    def test_a_value_that_nobody_stated_is_none(self, received):
        table = figures.FIGURES["entries"].read(Reader(), Query())
        assert [row[-1] for row in table.rows] != []
        Total.objects.update(value_cents=0)
        folding.fold()
        Total.objects.update(value_cents=0)
        assert figures.FIGURES["entries"].read(Reader(), Query()).rows[0][-1] is None


class TestRows:
    def test_are_written_as_they_are_read(self, trade):
        facts = Fact.objects.filter(board=boards.CONSIGNMENTS)
        Fact.objects.filter(pk=facts.first().pk).update(exporter='=1+"A", B', value_cents=5)
        text = b"".join(rows.as_csv(facts)).decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(text)))
        assert len(found) == facts.count()
        assert found[0]["exporter"] == '\'=1+"A", B'
        assert found[0]["value"] == "0.05"
        codes = dict(Organisation.objects.values_list("pk", "iec"))
        for row, fact in zip(found, facts.order_by("pk"), strict=True):
            assert row["importer"] == codes[int(fact.importer)]
            assert (row["reference"], row["quantity_mg"]) == (fact.reference, str(fact.quantity_mg))

    def test_every_chunk_goes_on_where_the_last_ended(self, trade, monkeypatch):
        monkeypatch.setattr(rows, "CHUNK", 7)
        facts = Fact.objects.filter(board=boards.ISSUED)
        found = [row for _last, chunk in rows.values(facts) for row in chunk]
        assert [row[1] for row in found] == list(facts.order_by("pk").values_list("reference", flat=True))


class TestSuppression:
    def test_no_line_shows_all_but_one(self, trade):
        reader = Reader()
        for name in suppressing.PUBLISHED:
            figure = figures.FIGURES[name]
            for dim in suppressing.groups_of(figure):
                table, hidden = suppressing.read(figure, reader, Query(("year", dim)))
                importers = suppressing._importers(figure, reader, dim)
                for year, value, *_measures in table.rows:
                    key = (value, year)
                    assert importers[key] >= suppressing.LEAST or key in hidden
                for axis in (0, 1):
                    for line in {key[axis] for key in hidden}:
                        inside = [key for key in hidden if key[axis] == line]
                        assert len(inside) > 1 or len(hidden) == len(table.rows)

    def test_withheld_cells_cannot_be_solved_for(self):
        pick, tried = random.Random(3), 0
        for _try in range(200):
            cells = {
                (value, year): suppressing.Cell((pick.randrange(1, 50),), pick.randrange(1, 12))
                for value in "ABCDE"
                for year in "123"
                if pick.random() < 0.8
            }
            hidden = suppressing.withheld(cells)
            if suppressing._lone(cells, hidden):
                continue
            tried += 1
            for cell in hidden:
                assert _is_free(cell, hidden), (cells, hidden)
        assert tried > 50

    def test_no_cell_of_few_is_shown(self):
        few = suppressing.Cell((5,), 4)
        many = suppressing.Cell((9,), 30)
        cells = {
            ("A", "1"): few,
            ("B", "1"): many,
            ("A", "2"): many,
            ("B", "2"): many,
            ("C", "1"): many,
            ("C", "2"): many,
        }
        assert ("A", "1") in suppressing.withheld(cells)


def _is_free(cell, hidden) -> bool:
    """Whether the cell can have another value with all sums of rows and columns kept: it lies on a closed walk
    through withheld cells that turns at each of them."""
    start, axis = cell, 0
    waiting, seen = [(start, axis, 0)], set()
    while waiting:
        at, axis, steps = waiting.pop()
        for other in hidden:
            if other != at and other[axis] == at[axis]:
                if other == start and axis == 1 and steps:
                    return True
                if (other, 1 - axis) not in seen:
                    seen.add((other, 1 - axis))
                    waiting.append((other, 1 - axis, steps + 1))
    return False


class TestDoors:
    @pytest.fixture
    def reader(self, client, analyst):
        client.force_login(analyst.person)
        return client

    def test_a_figure_as_json_and_csv(self, trade, reader):
        answer = reader.get("/api/v1/figures/issued/?group=year&group=sector")
        data = answer.json()
        assert data["group"] == ["year", "sector"]
        assert (
            sum(row["n"] for row in data["rows"]) == Total.objects.get(board="issued", dims="", period="").n
        )
        again = reader.get(
            "/api/v1/figures/issued/?group=year&group=sector", headers={"If-None-Match": answer["ETag"]}
        )
        assert again.status_code == 304
        table = reader.get("/api/v1/figures/issued/?group=sector&format=csv")
        assert table["Content-Type"].startswith("text/csv")
        assert "sector_label" in table.content.decode("utf-8-sig").splitlines()[0]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("group=nothing", "group"),
            ("group=month&group=year", "group"),
            ("group=sector,status,port", "group"),
            ("from=2025", "from"),
            ("from=2026-05&to=2026-01", "to"),
            ("colour=red", "colour"),
            ("sector=" + "x" * 300, "sector"),
        ],
    )
    def test_unclear_questions_are_refused_by_parameter(self, reader, query, field):
        answer = reader.get(f"/api/v1/figures/issued/?{query}")
        assert answer.status_code == 400
        assert field in answer.json()["fields"]
        assert reader.get(f"/figures/issued/?{query}").status_code == 422

    def test_rows_behind_a_figure_page_by_page_are_recorded(self, trade, reader, analyst):
        answer = reader.get("/api/v1/figures/custody/rows/?kind=ON_HAND").json()
        assert {row["kind"] for row in answer["results"]} == {"ON_HAND"}
        assert Event.objects.filter(verb="ministry.figures.open", person=analyst.person).count() == 1
        page = reader.get("/figures/custody/rows/?kind=ON_HAND")
        assert page.status_code == 200
        lines = b"".join(reader.get("/figures/issued/rows.csv").streaming_content).decode("utf-8-sig")
        assert len(lines.splitlines()) == Fact.objects.filter(board="issued").count() + 1

    @pytest.mark.parametrize("name", figures.FIGURES)
    def test_every_figure_opens_down_to_pages_of_its_rows(self, trade, reader, name):
        assert reader.get(f"/figures/{name}/").status_code == 200
        page = reader.get(f"/figures/{name}/rows/")
        assert page.status_code == 200
        for address in re.findall(r'<a class="reference" href="([^"]+)"', page.content.decode())[:1]:
            assert reader.get(address).status_code == 200

    def test_the_overview_costs_the_same_however_much_there_is(self, reader, django_assert_max_num_queries):
        generating.generate(certificates=20, years=1, seed=1)
        with django_assert_max_num_queries(16) as few:
            reader.get(reverse("ministry:overview"))
        generating.generate(certificates=60, years=1, seed=2)
        with django_assert_max_num_queries(len(few)):
            assert reader.get(reverse("ministry:overview")).status_code == 200

    def test_a_heading_of_the_overview_opens_the_same_figure(self, trade, reader):
        page = reader.get(reverse("ministry:overview"))
        panels = [panel for section in page.context["sections"] for panel in section.panels]
        assert len(panels) == 20
        for panel in panels:
            whole = reader.get(panel.url).context["shown"].rows
            assert all(row in whole for row in panel.shown.rows), panel.url

    def test_tables_of_the_overview_fold_only_under_a_picture(self, trade, reader):
        page = reader.get(reverse("ministry:overview"))
        panels = [panel for section in page.context["sections"] for panel in section.panels]
        pictured = [panel for panel in panels if panel.shown.rows and panel.shown.has_picture]
        assert 0 < len(pictured) < len(panels)
        assert page.content.decode().count('<details class="figure-fold">') == len(pictured)
        for section in page.context["sections"]:
            assert f'href="#{section.key}"' in page.content.decode()

    def test_importers_read_what_is_published(self, trade, client, drafter):
        client.force_login(drafter.person)
        page = client.get(reverse("ministry:overview")).content.decode()
        assert "fewer than 5 importers" in page
        assert client.get("/api/v1/figures/custody/").status_code == 404
        assert client.get("/api/v1/figures/issued/?group=importer").status_code == 400
        assert client.get("/api/v1/figures/issued/?sector=WIND").status_code == 400
        shown = client.get("/api/v1/figures/issued/?group=year&group=sector")
        assert shown.status_code == 200
        assert any(row["n"] is None for row in shown.json()["rows"])
        assert client.get("/figures/issued/rows/").status_code == 403
        assert json.dumps(shown.json())
