"""The pages of files of orders."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import sheets
from euc import draft_files
from euc.models import DraftFile
from tests.euc.test_draft_files import file_of, finish, row, take

LIST = "/certificates/from-file/"


def upload(client, content, name="orders.csv"):
    return client.post(LIST, {"file": SimpleUploadedFile(name, content)})


class TestTemplate:
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_can_be_sent_back_as_it_is(self, client_for, drafter, ending):
        client = client_for(drafter)
        content = client.get(f"{LIST}orders.{ending}").content
        answer = upload(client, content, f"orders.{ending}")
        found = DraftFile.objects.get()
        assert answer.url == f"{LIST}{found.pk}/"
        assert found.orders.get().problems == []

    def test_is_of_two_kinds(self, client_for, drafter):
        assert client_for(drafter).get(f"{LIST}orders.exe").status_code == 404


class TestUpload:
    @pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04", b"%PDF-", b"status\nISSUED\n"])
    def test_says_what_is_wrong_with_the_file(self, client_for, drafter, content):
        answer = upload(client_for(drafter), content)
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]

    def test_says_that_it_is_too_large(self, client_for, drafter, settings):
        settings.UPLOAD_MAX_BYTES = 10
        assert upload(client_for(drafter), b"x" * 11).status_code == 422

    def test_keeps_a_name_that_harms_nobody(self, client_for, drafter):
        upload(client_for(drafter), file_of(row("A")), "../a\u202e<b>.csv")
        assert DraftFile.objects.get().name == "ab.csv"


class TestPages:
    def test_show_what_does_not_hold_first(self, client_for, drafter):
        rows = [row(f"PO-{number}") for number in range(40)]
        found = take(drafter, *rows, row("BAD", itc_hs="<b>12"))
        client = client_for(drafter)
        page = client.get(f"{LIST}{found.pk}/")
        assert page.context["page"].rows[0].po_number == "BAD"
        assert page.context["page"].next_url
        second = client.get(f"{LIST}{found.pk}/{page.context['page'].next_url}")
        shown = {o.po_number for p in (page, second) for o in p.context["page"].rows}
        assert len(shown) == 41
        assert f"{LIST}{found.pk}/reasons.csv" in page.content.decode()

    def test_draft_by_the_button_and_show_how_far_it_is(self, client_for, drafter):
        found = take(drafter, row("A"), row("B", itc_hs="12"))
        client = client_for(drafter)
        client.post(f"{LIST}{found.pk}/start/")
        found.refresh_from_db()
        assert found.state == DraftFile.READ
        client.post(f"{LIST}{found.pk}/start/", {"skip": "1"})
        running = client.get(f"{LIST}{found.pk}/progress/").content.decode()
        assert "0 of 1" in running
        assert "hx-get" in running
        finish(found)
        assert "1 of 2" in client.get(f"{LIST}{found.pk}/progress/").content.decode()
        assert found.orders.last().certificate.reference in client.get(f"{LIST}{found.pk}/").content.decode()

    def test_give_reasons_as_text(self, client_for, drafter):
        found = take(drafter, row("A", itc_hs="12", grade="=HYPERLINK(1)"))
        answer = client_for(drafter).get(f"{LIST}{found.pk}/reasons.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert rows[1][rows[0].index("grade")] == "'=HYPERLINK(1)"
        assert not any(cell.startswith(sheets.LIVE) for line in rows for cell in line)

    def test_cost_the_same_however_many_orders(self, client_for, drafter, queries_of):
        few = take(drafter, row("A"))
        many = take(drafter, *[row(f"PO-{number}") for number in range(40)])
        counts = {queries_of(drafter, f"{LIST}{found.pk}/") for found in (few, many)}
        assert len(counts) == 1

    def test_are_the_importers_own(self, client_for, stranger, drafter, officer):
        found = take(drafter, row("A"))
        assert client_for(stranger).get(f"{LIST}{found.pk}/").status_code == 404
        assert client_for(officer).get(f"{LIST}{found.pk}/").status_code == 403
        assert draft_files.waiting(found).count() == 1
