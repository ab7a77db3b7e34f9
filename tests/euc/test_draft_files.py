"""Files of orders: read row by row, drafted a few at a time, never twice."""

import pytest
from django.core.management import CommandError, call_command

from accounts import tokens
from documents import sheets
from euc import draft_files, draft_sheets, examples, reference, services
from euc.models import Certificate, DraftFile
from workflow import errands, events
from workflow.engine import NotAllowed, WrongStatus
from workflow.models import Errand

HEAD, EXAMPLE = draft_sheets.template()


@pytest.fixture(autouse=True)
def clauses(db):
    reference.load()


def row(po_number, **texts):
    found = dict(zip(HEAD, EXAMPLE, strict=True)) | {"po_number": po_number} | texts
    return [found[name] for name in HEAD]


def file_of(*rows):
    return sheets.csv_of([HEAD, *rows])


def take(by, *rows):
    return draft_files.take(content=file_of(*rows), name="orders.csv", by=by)[0]


def finish(found):
    """Run the errands, as a worker would, until none is left."""
    for _ in range(50):
        due = Errand.objects.filter(kind=draft_files.DRAFT, state=Errand.PENDING).first()
        if due is None:
            break
        assert errands.run(due.pk)
    found.refresh_from_db()
    return found


def problems(found):
    return {(number, column) for order in found.orders.all() for number, column, _text in order.problems}


class TestTake:
    def test_reads_one_order_for_each_number(self, drafter):
        found = take(drafter, row("A"), row("B"), row("a"))
        assert [(o.po_number, [n for n, _ in o.rows], o.is_good) for o in found.orders.all()] == [
            ("A", [2, 4], True),
            ("B", [3], True),
        ]

    def test_takes_the_same_bytes_once(self, drafter):
        first, again = (
            draft_files.take(content=file_of(row("A")), name="x.csv", by=drafter) for _ in range(2)
        )
        assert (first[0], first[1], again[1]) == (again[0], True, False)
        assert events.about(first[0]).count() == 1

    def test_is_of_one_importer(self, drafter, stranger):
        assert take(drafter, row("A")) != take(stranger, row("A"))

    def test_names_row_and_column_of_every_fault(self, drafter):
        found = take(
            drafter,
            row("A"),
            row("B", itc_hs="12", po_date="05/13/2026", net_weight_kg="1,5"),
            row("C", exporter_country="Narnia", is_civil="perhaps"),
            row("D"),
            row("D", po_date="2026-10-06", exporter_name="", sector=""),
            row(""),
        )
        assert problems(found) == {
            (3, "itc_hs"), (3, "po_date"), (3, "net_weight_kg"), (4, "exporter_country"), (4, "is_civil"),
            (6, "po_date"), (7, "po_number"),
        }  # fmt: skip

    def test_takes_choices_as_codes_or_as_words(self, drafter):
        texts = {"exporter_country": "china", "family": "ndfeb, sintered", "is_civil": "YES, purely civil"}
        assert problems(take(drafter, row("A", **texts))) == set()

    def test_drafts_what_was_written_in_another_language(self, drafter):
        found = take(
            drafter, row("A", exporter_country="चीन", is_civil="yes"), row("B", exporter_country="中国")
        )
        draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        finish(found)
        countries = {order.certificate.parties.get(role="EXPORTER").country for order in found.orders.all()}
        assert countries == {"CN"}

    def test_knows_the_orders_that_have_a_certificate(self, drafter):
        certificate = services.start(by=drafter)
        Certificate.objects.filter(pk=certificate.pk).update(po_number="a")
        assert problems(take(drafter, row("A"), row("B"))) == {(2, "po_number")}

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"po_number\n",
            b"grade\nN42\n",
            b"po_number,status\nA,ISSUED\n",
            b"po_number,po_number\nA,B\n",
        ],
    )
    def test_says_in_words_what_is_no_file_of_orders(self, drafter, content):
        with pytest.raises(sheets.Unreadable):
            draft_files.take(content=content, name="x", by=drafter)
        assert not DraftFile.objects.exists()

    def test_takes_two_thousand_rows_and_no_more(self, drafter):
        many = [row(f"PO-{number}") for number in range(3)]
        draft_sheets_most = draft_sheets.MOST_ROWS
        assert draft_sheets_most == 2000
        content = file_of(*many, *[["x"]] * 1998)
        with pytest.raises(sheets.Unreadable, match="2002 rows; at most 2001"):
            draft_files.read(content, drafter.organisation)

    def test_refuses_cells_beyond_the_head(self, drafter):
        content = b"po_number,grade\nA,N42,more\n"
        found, _is_new = draft_files.take(content=content, name="x", by=drafter)
        assert not found.orders.get().is_good

    def test_is_for_importers_people(self, officer, drafter):
        token, _secret = tokens.make(by=drafter, name="x", scope="DRAFT")
        for by in (officer, tokens.speaker(token)):
            with pytest.raises(NotAllowed):
                take(by, row("A"))


class TestDraft:
    def test_drafts_what_the_pages_would(self, drafter):
        found = take(drafter, row("A"), row("A", grade="N38SH"), row("B"))
        draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        assert finish(found).state == DraftFile.DONE
        certificate = found.orders.first().certificate
        assert (certificate.po_number, certificate.created_by) == ("A", drafter.person)
        assert certificate.exporter_name == examples.EXPORTER["name"]
        assert [line.grade for line in certificate.lines()] == ["N42UH", "N38SH"]
        line = certificate.lines()[0]
        assert (line.net_weight_mg, str(line.value)) == (1_200_000_000, "84000.00")
        assert certificate.end_use.magnet_per_unit_mg == 950_000
        assert certificate.end_use.is_civil is True
        assert certificate.parties.get(role="CONSIGNEE").same_as_importer
        assert certificate.parties.get(role="EXPORTER").name_zh == examples.EXPORTER["name_zh"]

    def test_refuses_all_when_one_is_bad_and_nobody_said_to_skip(self, drafter):
        found = take(drafter, row("A"), row("B", itc_hs="12"))
        with pytest.raises(WrongStatus):
            draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        finish(found)
        assert not Certificate.objects.exists()

    def test_skips_the_bad_ones(self, drafter):
        found = take(drafter, row("A"), row("B", itc_hs="12"))
        draft_files.start(draft_file=found, by=drafter, skip_bad=True)
        finish(found)
        assert [c.po_number for c in Certificate.objects.all()] == ["A"]

    def test_goes_on_a_few_at_a_time_and_makes_nothing_twice(self, drafter, monkeypatch):
        monkeypatch.setattr(draft_files, "AT_ONCE", 2)
        found = take(drafter, *[row(f"PO-{number}") for number in range(5)])
        draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        assert draft_files.draft_some(found, 2) == 3
        finish(found)
        for _ in range(2):
            draft_files.draft_some(found)
            with pytest.raises(WrongStatus):
                draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        assert Certificate.objects.count() == 5
        assert {event.action for event in events.about(found)} == {"take", "start", "finish"}

    def test_says_why_when_the_person_may_not_draft_any_more(self, drafter):
        found = take(drafter, row("A"))
        draft_files.start(draft_file=found, by=drafter, skip_bad=False)
        drafter.person.memberships.update(is_active=False)
        assert finish(found).state == DraftFile.DONE
        assert found.orders.get().refusal
        assert not Certificate.objects.exists()

    def test_is_the_importers_own(self, drafter, stranger, officer):
        found = take(drafter, row("A"))
        for by in (stranger, officer):
            with pytest.raises(NotAllowed):
                draft_files.start(draft_file=found, by=by, skip_bad=False)


class TestReasons:
    def test_can_be_mended_and_sent_again(self, drafter):
        found = take(drafter, row("A"), row("B", itc_hs="12", grade="=1+1"), row("B"))
        rows = draft_files.reasons(found)
        assert [line[0] for line in rows[1:]] == ["3", "4"]
        assert "itc_hs" in rows[1][1]
        mended = [
            [text.replace("12", "85051190") if text == "12" else text for text in line] for line in rows
        ]
        again, _is_new = draft_files.take(content=sheets.csv_of(mended), name="x", by=drafter)
        assert problems(again) == set()
        assert again.orders.get().rows[0][1]["grade"] == "=1+1"


class TestCommand:
    def run(self, tmp_path, importer, *rows, **options):
        path = tmp_path / "orders.csv"
        path.write_bytes(file_of(*rows))
        call_command("draft_certificates", str(path), organisation=importer.iec, **options)

    def test_drafts_and_says_so(self, tmp_path, importer, capsys):
        for _ in range(2):
            self.run(tmp_path, importer, row("A"), row("B"))
        assert Certificate.objects.filter(importer=importer).count() == 2
        assert "taken in before" in capsys.readouterr().out

    def test_only_says_with_dry_run(self, tmp_path, importer, capsys):
        self.run(tmp_path, importer, row("A"), row("B", itc_hs="12"), dry_run=True)
        assert not DraftFile.objects.exists()
        assert "row 3 itc_hs" in capsys.readouterr().err

    def test_skips_only_when_told(self, tmp_path, importer):
        with pytest.raises(CommandError):
            self.run(tmp_path, importer, row("A"), row("B", itc_hs="12"))
        self.run(tmp_path, importer, row("A"), row("B", itc_hs="12"), skip_bad=True)
        assert Certificate.objects.count() == 1

    def test_knows_importers_alone(self, tmp_path, authority, importer):
        importer.iec = "9999999999"
        with pytest.raises(CommandError):
            self.run(tmp_path, importer, row("A"))
