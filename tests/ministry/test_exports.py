"""Exports: the same rows in every form, one slice after another, by whoever asked and nobody else."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts import tokens
from documents import sheets
from ministry import asking, exporting, generating, rows
from ministry.figures import FIGURES
from ministry.models import Export, Fact
from ministry.naming import Names
from tests import shared
from workflow import engine, errands
from workflow.models import Errand, Event


@pytest.fixture(scope="module")
def trade(django_db_setup, django_db_blocker):
    """Two years of invented trade."""
    with shared.rows(django_db_blocker):
        generating.generate(certificates=40, years=2, seed=5)
        yield


def ask(by, form="csv", query="", figure="issued"):
    found, names = FIGURES[figure], Names()
    parsed = asking.parse(found, QueryDict(query), names)
    return exporting.ask(figure=found, query=parsed, form=form, names=names, by=by)


def work(export):
    """Run its errands until nothing is owed; how many there were."""
    count = 0
    while (mine := Errand.objects.filter(subject_id=export.pk, state=Errand.PENDING)).exists():
        assert errands.run(mine.get().pk)
        count += 1
    export.refresh_from_db()
    return count


def read(export):
    content = export.path.read_bytes()
    if export.form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    if export.form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [["" if v is None else str(v) for v in row] for row in book.active.iter_rows(values_only=True)]
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(content))
    names = table.column_names
    return [names, *([str(row[name]) for name in names] for row in table.to_pylist())]


@pytest.mark.parametrize("form", Export.Form.values)
def test_every_form_holds_every_row_once_however_it_was_sliced(trade, analyst, form, monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 9)
    monkeypatch.setattr(exporting, "SLICE_SECONDS", -1)
    export = ask(analyst, form)
    slices = work(export)
    found = read(export)
    facts = Fact.objects.filter(board="issued").order_by("pk")
    assert slices == -(-facts.count() // 9) + 1
    assert (export.state, export.done, export.total) == ("DONE", facts.count(), facts.count())
    assert [row[1] for row in found[1:]] == list(facts.values_list("reference", flat=True))
    place = found[0].index("quantity_mg")
    assert [int(row[place]) for row in found[1:]] == list(facts.values_list("quantity_mg", flat=True))
    assert export.size == export.path.stat().st_size


def test_filters_narrow_and_what_looks_like_a_formula_is_text(trade, analyst):
    fact = Fact.objects.filter(board="issued").first()
    Fact.objects.filter(board="issued", sector=fact.sector).update(exporter="=1+1")
    for form in ("csv", "xlsx"):
        export = ask(analyst, form, f"sector={fact.sector}")
        work(export)
        head, *found = read(export)
        assert {row[head.index("sector")] for row in found} == {fact.sector}
        assert {row[head.index("exporter")] for row in found} == {"'=1+1"}


def test_a_worker_that_dies_half_way_leaves_nothing_in_the_file(trade, analyst, monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 9)
    monkeypatch.setattr(exporting, "SLICE_SECONDS", -1)
    export = ask(analyst)
    exporting.write(export, "lost")  # and never settled
    work(export)
    assert len(read(export)) == Fact.objects.filter(board="issued").count() + 1
    assert [path.name for path in export.folder.iterdir() if not path.name.startswith("0-lost")] != []


def test_the_settling_of_a_lease_that_was_taken_over_changes_nothing(trade, analyst):
    export = ask(analyst)
    errand = Errand.objects.get(subject_id=export.pk)
    claimed = errands._claim(errand.pk)
    Errand.objects.filter(pk=errand.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert errands.run(errand.pk)
    handler = errands._handler(errand.kind)
    assert not errands._settle(claimed, handler, exporting.Slice(1, 1, "late"))
    export.refresh_from_db()
    assert (export.state, len(export.parts)) == ("DONE", 1)


class TestAsk:
    def test_is_recorded_and_so_is_fetching(self, trade, analyst, client_for):
        client = client_for(analyst)
        assert client.post("/figures/issued/exports/?sector=WIND", {"form": "csv"}).status_code == 302
        export = Export.objects.get()
        assert export.query == "sector=WIND"
        work(export)
        page = client.get("/figures/exports/").content.decode()
        assert export.key in page
        content = b"".join(client.get(f"/figures/exports/{export.key}/").streaming_content)
        assert content == export.path.read_bytes()
        verbs = Event.objects.filter(person=analyst.person).values_list("verb", flat=True)
        assert list(verbs.order_by("id")) == ["ministry.figures.export", "ministry.figures.fetch"]

    def test_refuses_importers_and_one_too_many(self, trade, analyst, drafter):
        with pytest.raises(engine.NotAllowed):
            ask(drafter)
        for _number in range(exporting.MOST_AT_ONCE):
            ask(analyst)
        with pytest.raises(engine.NotAllowed):
            ask(analyst)
        Errand.objects.update(state=Errand.DEAD)
        ask(analyst)

    def test_refuses_more_than_a_workbook_holds(self, trade, analyst, monkeypatch):
        monkeypatch.setattr(sheets, "MOST_SHEET_ROWS", 10)
        with pytest.raises(engine.WrongStatus):
            ask(analyst, "xlsx")

    def test_of_another_form_or_figure_makes_nothing(self, trade, analyst, client_for):
        client = client_for(analyst)
        client.post("/figures/issued/exports/", {"form": "exe"})
        assert client.post("/figures/nothing/exports/", {"form": "csv"}).status_code == 404
        refused = client.post("/figures/issued/exports/?colour=red", {"form": "csv"}, follow=True)
        assert "no such parameter" in refused.content.decode()
        assert not Export.objects.exists()


class TestFile:
    @pytest.fixture
    def export(self, trade, analyst):
        export = ask(analyst)
        work(export)
        return export

    @pytest.mark.parametrize(
        ("asked", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=5-", 206, slice(5, None)),
            ("bytes=-7", 206, slice(-7, None)),
            ("bytes=3-99999999", 206, slice(3, None)),
            ("bytes=99999999-", 416, None),
            ("bytes=-0", 416, None),
            ("bytes=5-2", 416, None),
            ("bytes=0-1,4-5", 200, slice(None)),
            ("lines=1-2", 200, slice(None)),
            ("bytes=-", 200, slice(None)),
        ],
    )
    def test_is_sent_by_ranges(self, export, analyst, client_for, asked, status, part):
        answer = client_for(analyst).get(f"/figures/exports/{export.key}/", headers={"Range": asked})
        assert answer.status_code == status
        whole = export.path.read_bytes()
        if status == 416:
            assert answer["Content-Range"] == f"bytes */{len(whole)}"
            return
        content = b"".join(answer.streaming_content)
        assert content == whole[part]
        assert int(answer["Content-Length"]) == len(content)

    def test_goes_on_only_with_the_same_bytes(self, export, analyst, client_for):
        client = client_for(analyst)
        address = f"/figures/exports/{export.key}/"
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"Range": "bytes=5-", "If-Range": tag}).status_code == 206
        assert client.get(address, headers={"Range": "bytes=5-", "If-Range": '"old"'}).status_code == 200

    def test_of_another_person_and_of_none_are_the_same(self, export, officer, second_officer, client_for):
        theirs = client_for(officer).get(f"/figures/exports/{export.key}/")
        none = client_for(officer).get(f"/figures/exports/{'0' * 32}/")
        assert (theirs.status_code, none.status_code) == (404, 404)

    def test_is_deleted_after_a_week_once_and_recorded(self, export, analyst, client_for, platform):
        path = export.path
        assert exporting.expire(at=timezone.now() + timedelta(days=6)) == 0
        assert exporting.expire(at=timezone.now() + timedelta(days=8)) == 1
        assert exporting.expire(at=timezone.now() + timedelta(days=8)) == 0
        assert not path.exists()
        assert Event.objects.filter(verb="ministry.export.expire").count() == 1
        assert client_for(analyst).get(f"/figures/exports/{export.key}/").status_code == 404


class TestRest:
    def test_ask_poll_fetch_by_a_token_that_only_reads(self, trade, analyst, client):
        _token, secret = tokens.make(by=analyst, name="figures", scope="READ")
        heads = {"Authorization": f"Token {secret}"}
        asked = client.post(
            "/api/v1/figures/issued/exports/?sector=WIND",
            {"form": "csv"},
            content_type="application/json",
            headers=heads,
        )
        assert asked.status_code == 202
        assert asked.json()["state"] == "RUNNING"
        early = client.get(asked["Location"] + "file/", headers=heads)
        assert (early.status_code, early["Content-Type"]) == (404, "application/problem+json")
        work(Export.objects.get())
        polled = client.get(asked["Location"], headers=heads).json()
        assert polled["state"] == "DONE"
        answer = client.get(polled["file"], headers={**heads, "Range": "bytes=0-2", "Accept": "text/csv"})
        assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"\xef\xbb\xbf")
        listed = client.get("/api/v1/exports/", headers=heads).json()["results"]
        assert [one["key"] for one in listed] == [polled["key"]]
        Errand.objects.update(state=Errand.DEAD, done_at=None)
        Export.objects.update(state="RUNNING")
        assert client.get(asked["Location"], headers=heads).json()["state"] == "STOPPED"

    def test_bad_asks_are_problems(self, trade, analyst, client_for):
        client = client_for(analyst)
        send = {"content_type": "application/json"}
        answer = client.post("/api/v1/figures/issued/exports/", {"form": "exe"}, **send)
        assert "form" in answer.json()["fields"]
        assert client.post("/api/v1/figures/issued/exports/", [1], **send).status_code == 400
        assert (
            client.post("/api/v1/figures/issued/exports/?group=x", {"form": "csv"}, **send).status_code == 400
        )

    def test_a_figure_says_when_it_changed(self, trade, analyst, client_for):
        answer = client_for(analyst).get("/api/v1/figures/issued/")
        assert answer["Last-Modified"].endswith("GMT")
