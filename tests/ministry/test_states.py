"""The importer's state: kept as other dimensions are, followed when a record changes, drawn as tiles."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from accounts import services as accounts
from accounts.identifiers import STATES
from accounts.models import Organisation
from config.templatetags import face
from euc.models.certificate import today
from ministry import figures, figuring, folding, generating, mapping, presenting, rebuilding, states
from ministry.models import Fact, Pointer
from ministry.naming import Names
from ministry.reading import Reader
from ministry.tables import Query
from tests import shared

ISSUED, AT_RISK = figures.FIGURES["issued"], figures.FIGURES["at-risk"]


@pytest.fixture(scope="module")
def trade(django_db_setup, django_db_blocker):
    with shared.rows(django_db_blocker):
        generating.generate(certificates=150, years=2, seed=9)
        yield


def by_state(figure=ISSUED):
    return {row[0]: row[1:] for row in figure.read(Reader(), Query(("state",))).rows}


def move(importer, by, **columns):
    """As the back office changes a record."""
    Organisation.objects.filter(pk=importer.pk).update(**columns)
    accounts.note_change(subject=importer, by=by, verb="change", details={"fields": list(columns)})


class TestTable:
    def test_has_every_state_that_a_gstin_may_name_today(self):
        current = {code: name for code, name in STATES.items() if code not in (*states.FORMER, "97")}
        assert {code: state.name for code, state in states.STATES.items()} == current
        assert set(states.FORMER.values()) <= set(states.STATES)

    def test_has_one_code_one_tile_and_two_names_each(self):
        for column in ("gst", "lgd", "letters", "name", "name_hi"):
            assert len({getattr(state, column) for state in states.STATES.values()}) == 36
        assert [state for state in states.grid() if state] == list(states.STATES.values())
        differ = {state.gst: state.lgd for state in states.STATES.values() if state.gst != state.lgd}
        assert differ == {"37": "28", "38": "37", "26": "38"}
        for state in states.STATES.values():
            assert re.fullmatch(r"[\u0900-\u097f\u200d ]+", state.name_hi)

    def test_knows_a_state_by_the_record_then_by_the_gstin(self):
        assert states.code_of("27", "29ZZZFD0002N1Z9") == "27"
        assert states.code_of("", "28ZZZFD0002N1Z9") == "37"
        assert states.code_of("25", "") == "26"
        assert states.code_of("", "") == ""
        with translation.override("hi"):
            assert states.name("27") == "महाराष्ट्र"
        assert states.name("97") == "other territory"


class TestKept:
    def test_equals_plain_sql_of_certificates_and_records(self, trade):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT o.state_code, COUNT(DISTINCT c.id), SUM(g.net_weight_mg) FROM euc_certificate c "
                "JOIN accounts_organisation o ON o.id = c.importer_id "
                "JOIN euc_goodsline g ON g.certificate_id = c.id WHERE c.issued_at IS NOT NULL GROUP BY 1"
            )
            plain = {code: [int(n), int(mg)] for code, n, mg in cursor.fetchall()}
        assert by_state() == plain
        assert len(plain) > 2

    def test_follows_the_record_of_an_importer(self, life, certificate, importer, administrator):
        folding.fold()
        (before,) = by_state().values()
        importer.refresh_from_db()
        move(importer, administrator, city="Pune")
        assert not Pointer.objects.filter(source="importer").exists()
        move(importer, administrator, state_code="33")
        assert by_state() == {"33": before}
        folding.fold()
        assert by_state() == {"33": before}
        assert set(Fact.objects.values_list("state", flat=True)) == {"33"}
        assert rebuilding.differences() == []
        life.issued()
        move(importer, administrator, state_code="", gstin="28ZZZCD0001M1ZX")
        assert list(by_state()) == ["37"]
        folding.fold()
        assert rebuilding.differences() == []

    def test_is_added_first_where_an_importer_moved(
        self, certificate, importer, administrator, client, analyst
    ):
        folding.fold()
        move(importer, administrator, state_code="33")
        client.force_login(analyst.person)
        with translation.override("en"):  # a request leaves its language behind
            data = client.get("/api/v1/figures/issued/?group=state", headers={"Accept-Language": "hi"}).json()
        assert data["labels"]["state"] == {"33": "तमिलनाडु"}
        assert not Pointer.objects.exists()


class TestAtRisk:
    def test_equals_plain_sql_of_what_waits_and_what_ends(self, trade):
        waits = "', '".join(figures.WITH_CHINA)
        weight = "(SELECT SUM(g.net_weight_mg) FROM euc_goodsline g WHERE g.certificate_id = c.id)"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT o.state_code, COUNT(*), SUM({weight}) FROM licensing_licencecase k "
                "JOIN euc_certificate c ON c.id = k.certificate_id "
                f"JOIN accounts_organisation o ON o.id = c.importer_id WHERE k.status IN ('{waits}') GROUP BY 1"
            )
            waiting = {code: (int(n), int(mg)) for code, n, mg in cursor.fetchall()}
            cursor.execute(
                f"SELECT o.state_code, SUM({weight}) FROM euc_certificate c "
                "JOIN accounts_organisation o ON o.id = c.importer_id WHERE c.status = 'ISSUED' "
                "AND c.valid_until BETWEEN %s AND %s GROUP BY 1",
                [f"{today()}", f"{today() + timedelta(days=figuring.SOON_DAYS)}"],
            )
            ending = {code: int(mg) for code, mg in cursor.fetchall()}
        found = by_state(AT_RISK)
        assert {code: tuple(row[:2]) for code, row in found.items() if row[0]} == waiting
        assert {code: row[2] for code, row in found.items() if row[2]} == ending
        cover = by_state(figures.FIGURES["cover"])
        assert {code: row[3] for code, row in found.items() if row[3]} == {
            code: row[2] for code, row in cover.items() if row[2]
        }


class TestMap:
    def drawn(self, figure=ISSUED):
        query = Query(("state",))
        return presenting.shown(figure, query, figure.read(Reader(), query), Names())

    def test_has_a_tile_for_each_state_and_says_what_the_table_says(self, trade):
        shown = self.drawn()
        assert [one.unit for one in shown.maps] == ["count", "mg"]
        assert shown.lead is shown.maps[1]
        assert shown.chart == ""
        for place, one in enumerate(shown.maps):
            tiles = [tile for tile in one.tiles if tile]
            assert len(tiles) == 36
            told = {tile.name: (tile.cell.value, tile.url) for tile in tiles if tile.cell}
            assert told == {row.heads[0]: (row.cells[place].value, row.url) for row in shown.rows}
            assert max(tile.shade for tile in tiles) == mapping.SHADES
            assert {tile.shade for tile in tiles if not tile.cell} == {0}

    def test_names_beside_it_what_lies_in_no_state(self, life, certificate, importer):
        Organisation.objects.filter(pk=importer.pk).update(state_code="", gstin="")
        one = self.drawn().lead
        assert [name for name, _cell in one.elsewhere] == ["not stated"]
        assert not any(tile.cell for tile in one.tiles if tile)

    def test_is_no_picture_of_two_periods_or_two_groups(self, trade):
        for query in (Query(("year", "state")), Query(("sector",)), Query(())):
            table = ISSUED.read(Reader(), query)
            assert presenting.shown(ISSUED, query, table, Names()).maps == []

    def test_page_has_tiles_that_lead_to_rows_and_no_style_of_its_own(self, trade, client, analyst):
        client.force_login(analyst.person)
        page = client.get("/figures/issued/?group=state").content.decode()
        tiles = re.findall(r'<a href="([^"]+)" class="tile', page)
        assert len(tiles) == 2 * len(by_state())
        assert " style=" not in page
        assert client.get(tiles[0]).status_code == 200
        assert "group=state" in client.get("/figures/issued/?sector=WIND").content.decode()
        assert "Map by state" not in client.get("/figures/expiring/").content.decode()

    def test_is_on_the_overview_with_all_its_states(self, trade, client, analyst):
        client.force_login(analyst.person)
        page = client.get(reverse("ministry:overview")).content.decode()
        assert page.count('class="tile-map"') == 2
        assert page.count('class="tile-letters"') == 2 * 36


@pytest.mark.parametrize(
    ("milligrams", "words"),
    [
        (0, "0 kg"), (1, "<0.1 kg"), (8_460_000, "8.5 kg"), (9_000_000, "9 kg"), (87_400_000, "87 kg"),
        (999_400_000, "999 kg"), (1_000_000_000, "1 t"), (1_240_000_000, "1.2 t"), (1_234_000_000_000, "1,234 t"),
    ],
)  # fmt: skip
def test_weights_fit_a_tile(milligrams, words):
    assert face.format_short_weight(milligrams) == words


def test_counts_fit_a_tile():
    assert face.format_short_count(99_999) == "99,999"
    assert face.format_short_count(126_000) == "1.3 L"
