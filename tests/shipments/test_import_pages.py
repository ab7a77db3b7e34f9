"""The pages of files of consignments."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import sheets
from shipments import import_columns, import_files
from shipments.models import Consignment, ImportFile
from tests.shipments.files import counts, finished, imported, started

LIST = "/consignments/imports/"


def upload(client, content, name="goods.csv"):
    return client.post(LIST, {"file": SimpleUploadedFile(name, content)})


def answers(file, **changes):
    """What the page of the columns sends when nothing but this is changed."""
    given = {f"column-{n}": file.mapping[column] for n, column in enumerate(file.columns)}
    return given | {"bad_rows": "whole"} | changes


@pytest.fixture
def client(client_for, life):
    return client_for(life.drafter)


class TestTemplate:
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_can_be_sent_back_as_it_is(self, client, certificate, licence, ending):
        content = client.get(f"{LIST}template.{ending}").content
        answer = upload(client, content, f"goods.{ending}")
        file = ImportFile.objects.get()
        assert answer.url == f"{LIST}{file.pk}/"
        assert client.post(answer.url, answers(file)).status_code == 302
        assert counts(finished(file)) == ("DONE", 1, 0, 0)
        assert Consignment.objects.get().licence == licence

    def test_is_of_two_kinds(self, client):
        assert client.get(f"{LIST}template.exe").status_code == 404


class TestUpload:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00\x01",
            b"PK\x03\x04",
            b"certificate,invoice_number\n",
            b'certificate,invoice\n"half',
            "certificate,invoice\nA,磁".encode()[:-1],
            "certificate,invoice\nA,1\n".encode("utf-16-be"),
        ],
    )
    def test_says_what_is_wrong_with_the_file(self, client, content):
        answer = upload(client, content)
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]

    def test_refuses_too_many_rows(self, client, monkeypatch):
        monkeypatch.setattr(import_files, "MOST_ROWS", 3)
        answer = upload(client, b"certificate,invoice\n" + b"A,1\n" * 4)
        assert "more than 3 rows" in answer.content.decode()

    def test_says_that_it_is_too_large(self, client, settings):
        settings.UPLOAD_MAX_BYTES = 10
        assert upload(client, b"x" * 11).status_code == 422

    def test_lists_the_files_of_before(self, client, life, rows):
        imported(rows({}, {"line": "9"}), life.drafter, skips_bad=True)
        page = client.get(LIST)
        assert [(file.planned, file.bad) for file in page.context["page"].rows] == [(1, 1)]


class TestColumns:
    def test_are_shown_with_the_first_rows(self, client, life):
        content = "Invoice;Net Wt;Shade;EUC;Item\nINV-7;1.5;grün;E;1\n".encode("utf-16")
        page = client.get(upload(client, content).url)
        shown = {row["column"]: (row["select"].value(), row["texts"]) for row in page.context["form"].rows()}
        assert shown["Net Wt"] == ("weight_kg", ["1.5"])
        assert shown["Shade"] == ("", ["grün"])
        assert "UTF-16" in page.content.decode()

    def test_can_be_chosen_and_are_remembered(self, client, certificate, licence):
        content = f"EUC,Invoice,Item,kilos\n{certificate.reference},A,1,2\n".encode()
        answer = upload(client, content)
        file = ImportFile.objects.get()
        refused = client.post(answer.url, answers(file))
        assert refused.status_code == 422
        assert "Net weight" in refused.content.decode()
        assert client.post(answer.url, answers(file, **{"column-3": "weight_kg"})).status_code == 302
        assert counts(finished(file)) == ("DONE", 1, 0, 0)
        upload(client, content.replace(b"A,1,2", b"B,1,2"))
        assert ImportFile.objects.first().mapping["kilos"] == "weight_kg"

    @pytest.mark.parametrize(
        "changes", [{"column-0": "invoice_number"}, {"column-1": "colour"}, {"bad_rows": "perhaps"}]
    )
    def test_are_refused_beside_their_field(self, client, life, rows, changes):
        file, _is_new = import_files.take(content=rows({}), name="x.csv", by=life.drafter)
        answer = client.post(f"{LIST}{file.pk}/", answers(file, **changes))
        assert answer.status_code == 422
        assert answer.context["form"].errors
        file.refresh_from_db()
        assert file.is_taken

    def test_start_a_file_once(self, client, life, rows):
        file = started(rows({}), life.drafter)
        assert client.post(f"{LIST}{file.pk}/", answers(file)).status_code == 409

    def test_warn_of_a_file_that_may_be_cut(self, client):
        answer = upload(client, b"certificate,invoice,line,weight_kg\nA,1,1,125")
        assert "cut off" in client.get(answer.url).content.decode()


class TestProgress:
    def test_looks_again_until_it_is_done(self, client, life, rows):
        file = started(rows({}, {"line": "9"}), life.drafter, skips_bad=True)
        address = f"{LIST}{file.pk}/progress/"
        running = client.get(address)
        assert "0 of 2" in running.content.decode()
        assert "HX-Refresh" not in running.headers
        import_files.work(file)
        assert "Planning: 0 of 2" in client.get(address).content.decode()
        finished(file)
        assert client.get(address).headers["HX-Refresh"] == "true"
        page = client.get(f"{LIST}{file.pk}/").content.decode()
        assert "There is no such goods line." in page
        assert "reasons.csv" in page

    def test_can_be_cancelled(self, client, life, rows):
        file = started(rows({}), life.drafter)
        client.post(f"{LIST}{file.pk}/cancel/")
        assert finished(file).state == ImportFile.State.CANCELLED
        again = client.post(f"{LIST}{file.pk}/cancel/", follow=True)
        assert "cannot be cancelled" in again.content.decode()

    def test_tells_reasons_as_text_in_the_language_of_who_started(self, client, life, rows):
        client.cookies["django_language"] = "hi"
        file, _is_new = import_files.take(
            content=rows({"line": "9", "batch": "=1+1"}), name="x.csv", by=life.drafter
        )
        client.post(f"{LIST}{file.pk}/", answers(file))
        finished(file)
        answer = client.get(f"{LIST}{file.pk}/reasons.csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        table = list(csv.DictReader(io.StringIO(text)))
        assert table[0]["batch"] == "'=1+1"
        assert table[0]["reasons"].startswith("line: ")
        assert "There is no such goods line" not in table[0]["reasons"]

    def test_of_another_organisation_is_absent(self, client_for, stranger, life, rows):
        file = started(rows({}), life.drafter)
        for tail in ("", "progress/", "reasons.csv"):
            assert client_for(stranger).get(f"{LIST}{file.pk}/{tail}").status_code == 404
        assert client_for(stranger).post(f"{LIST}{file.pk}/cancel/").status_code == 404


def test_every_column_has_its_words():
    assert set(import_columns.LABELS) == set(import_columns.NAMES)
    assert sheets.csv_of([import_columns.NAMES])
