"""Consignments from files: grouped by invoice, refused for the reasons of the pages, planned once."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from documents import sheets
from shipments import importing
from shipments.models import Consignment, Lot
from tests.shipments.voyage import KG

HEAD = (
    "certificate", "licence", "invoice_number", "invoice_date", "mode", "transport_document", "line", "batch",
    "weight_kg",
)  # fmt: skip


@pytest.fixture
def file(certificate, licence, tmp_path):
    """`file(rows)`: a CSV with our head; each row gives what differs from a good one."""

    def write(*rows, head=HEAD):
        good = {
            "certificate": certificate.reference,
            "licence": licence.number,
            "invoice_number": "INV-1",
            "line": "1",
            "weight_kg": "10",
        }
        table = [head, *([{**good, **row}.get(name, "") for name in head] for row in rows)]
        path = tmp_path / "consignments.csv"
        path.write_bytes(sheets.csv_of(table))
        return path

    return write


def run(path, importer, *words):
    out, status = StringIO(), 0
    try:
        call_command("import_consignments", path, "--organisation", importer.iec, *words, stdout=out)
    except SystemExit as ended:
        status = ended.code
    return status, json.loads(out.getvalue())


class TestImport:
    def test_plans_a_consignment_an_invoice(self, file, importer, licence):
        path = file({"batch": "H-1"}, {"batch": "H-2", "weight_kg": "2.5"}, {"invoice_number": "INV-2"})
        status, said = run(path, importer)
        assert (status, said["planned"]) == (0, 2)
        assert list(Lot.objects.order_by("pk").values_list("batch", "weight_mg")) == [
            ("H-1", 10 * KG),
            ("H-2", 2_500_000),
            ("", 10 * KG),
        ]
        assert set(Consignment.objects.values_list("licence", "status")) == {(licence.pk, "PLANNED")}

    def test_plans_nothing_twice(self, file, importer):
        path = file({}, {"invoice_number": "INV-2"})
        run(path, importer)
        status, said = run(path, importer)
        assert (status, said["planned"], said["there_already"]) == (0, 0, 2)
        assert Consignment.objects.count() == 2

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ({"certificate": "EUC/0000000000/2026-27/0001"}, "certificate"),
            ({"invoice_number": ""}, "invoice_number"),
            ({"licence": "nobody's"}, "licence"),
            ({"line": "9"}, "line"),
            ({"weight_kg": "1_000"}, "weight_kg"),
            ({"weight_kg": ""}, "weight_kg"),
            ({"invoice_date": "31-02-2026"}, "invoice_date"),
            ({"mode": "AIR", "transport_document": "160-12345679"}, "transport_document"),
        ],
    )
    def test_says_what_does_not_hold_row_by_row(self, file, importer, row, column):
        status, said = run(file({"invoice_number": "GOOD"}, row), importer)
        assert (status, said["planned"], said["not_planned"]) == (1, 0, 1)
        assert [(reason["row"], reason["column"]) for reason in said["reasons"]] == [(3, column)]
        assert not Consignment.objects.exists()
        status, said = run(file({"invoice_number": "GOOD"}, row), importer, "--skip-bad")
        assert (status, said["planned"]) == (1, 1)

    def test_only_says_so_on_a_dry_run(self, file, importer):
        status, said = run(file({}), importer, "--dry-run")
        assert (status, said["planned"]) == (0, 0)
        assert not Consignment.objects.exists()

    def test_writes_the_reasons(self, file, importer, tmp_path):
        run(file({"line": "9"}), importer, "--reasons", tmp_path / "reasons.csv")
        rows = sheets.read((tmp_path / "reasons.csv").read_bytes(), most_rows=10).rows
        assert rows[1][1][:2] == ["2", "line: There is no such goods line."]

    def test_refuses_a_head_that_is_not_ours(self, file, importer):
        for head in (("certificate", "weight_kg"), (*HEAD, "colour"), (*HEAD, "line")):
            with pytest.raises(CommandError):
                run(file({}, head=head), importer)

    def test_takes_nothing_of_another_importer(self, file, other_importer):
        status, said = run(file({}), other_importer)
        assert (status, said["planned"], said["reasons"][0]["column"]) == (1, 0, "certificate")

    def test_checks_a_thousand_rows_with_few_queries(
        self, importer, certificate, licence, django_assert_max_num_queries
    ):
        texts = {
            "certificate": certificate.reference,
            "licence": licence.number,
            "line": "1",
            "weight_kg": "0.01",
        }
        rows = [
            importing.Row(n, {**texts, "invoice_number": f"INV-{n // 2}", "batch": str(n)}, str(n))
            for n in range(1000)
        ]
        plans = [importing.Plan(rows[n : n + 2]) for n in range(0, 1000, 2)]
        with django_assert_max_num_queries(8):
            importing.check(plans, importer, {})
        assert [plan for plan in plans if not plan.is_new] == []
