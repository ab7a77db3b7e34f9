"""Files of consignments: worked off in slices, as a whole or without what does not hold, never twice."""

import unicodedata
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from documents import sheets
from licensing.models import Licence
from shipments import import_files, import_rows, import_writing, services
from shipments.importing import Plan
from shipments.models import Consignment, ImportedKey, ImportFile, ImportProblem, ImportRow, Lot
from tests.races import together
from tests.shipments.files import counts, finished, imported, problems, started
from tests.shipments.voyage import KG, licence_for
from workflow import engine, errands, events
from workflow.models import Errand, Event

State = ImportFile.State


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(import_files, "PLAN_AT_ONCE", 3)
    monkeypatch.setattr(import_files, "READ_AT_ONCE", 4)
    monkeypatch.setattr(import_rows, "AT_ONCE", 3)


class TestTake:
    def test_recognises_columns_by_name(self, life, rows):
        content = b"Certificate No;Invoice;Item No;NET WEIGHT (KG);Colour\nEUC;1;1;2;red\n"
        file, is_new = import_files.take(content=content, name="x.csv", by=life.drafter)
        assert is_new
        assert file.mapping == {
            "Certificate No": "certificate", "Invoice": "invoice_number", "Item No": "line",
            "NET WEIGHT (KG)": "weight_kg", "Colour": "",
        }  # fmt: skip

    def test_remembers_what_an_importer_said_and_tells_no_other(self, life, rows, make_actor, other_importer):
        content = b"certificate,invoice,line,weight_kg,Colour\nEUC,1,1,2,red\n"
        file, _is_new = import_files.take(content=content, name="x.csv", by=life.drafter)
        chosen = {**file.mapping, "Colour": "batch"}
        import_files.start(file=file, by=life.drafter, mapping=chosen, skips_bad=False)
        again, _is_new = import_files.take(content=content + b"E,2,1,2,blue\n", name="y.csv", by=life.drafter)
        assert again.mapping["Colour"] == "batch"
        stranger = make_actor("Sita Stranger", other_importer, "DRAFTER")
        theirs, _is_new = import_files.take(content=content, name="x.csv", by=stranger)
        assert theirs.mapping["Colour"] == ""

    def test_takes_the_same_bytes_once_while_they_are_open(self, life, rows):
        first, again = (import_files.take(content=rows({}), name="x.csv", by=life.drafter) for _ in range(2))
        assert (first[0], first[1], again[1]) == (again[0], True, False)
        import_files.cancel(file=first[0], by=life.drafter)
        assert import_files.take(content=rows({}), name="x.csv", by=life.drafter)[1]

    @pytest.mark.parametrize("content", [b"a,a,b,c\n1,2,3,4\n", b"x\n1\n"])
    def test_refuses_a_head_that_names_nothing_or_twice(self, life, content):
        with pytest.raises(sheets.Unreadable):
            import_files.take(content=content, name="x.csv", by=life.drafter)

    def test_is_for_the_importers_own_people(self, life, rows):
        with pytest.raises(engine.NotAllowed):
            import_files.take(content=rows({}), name="x.csv", by=life.officer)


class TestStart:
    def test_needs_the_columns_without_which_nothing_is_planned(self, life, rows):
        file, _is_new = import_files.take(content=rows({}), name="x.csv", by=life.drafter)
        with pytest.raises(engine.WrongStatus, match="Net weight"):
            import_files.start(
                file=file, by=life.drafter, mapping={**file.mapping, "weight_kg": ""}, skips_bad=False
            )

    def test_starts_once(self, life, rows):
        file = started(rows({}), life.drafter)
        with pytest.raises(engine.WrongStatus):
            import_files.start(file=file, by=life.drafter, mapping=file.mapping, skips_bad=True)


class TestWork:
    def test_plans_rows_of_an_invoice_together_wherever_they_stand(self, life, rows, small_slices):
        given = [{"invoice_number": f"INV-{n % 5}", "batch": f"H-{n}"} for n in range(20)]
        file = imported(rows(*given), life.drafter, skips_bad=True)
        assert counts(file) == (State.DONE, 5, 0, 0)
        batches = {
            (lot.consignment.invoice_number, lot.number, lot.batch)
            for lot in Lot.objects.select_related("consignment")
        }
        assert batches == {(f"INV-{n % 5}", n // 5 + 1, f"H-{n}") for n in range(20)}
        assert not ImportRow.objects.exists()

    def test_writes_what_planning_one_by_one_writes(self, life, rows, certificate, licence):
        row = {
            "invoice_number": "A", "invoice_date": "05-10-2026", "incoterm": "FOB", "mode": "AIR",
            "transport_document": "16012345675", "containers": "", "packages": "3", "pieces": "7",
            "value": "8.50", "currency": "USD", "port_of_entry": "innsa1", "weight_kg": "2.5", "batch": "磁\\N 1",
        }  # fmt: skip
        imported(rows(row), life.drafter)
        papers = {
            "invoice_number": "B", "invoice_date": Consignment.objects.get().invoice_date, "incoterm": "FOB",
            "mode": "AIR", "transport_document": "160-12345675", "packages": 3, "port_of_entry": "INNSA1",
        }  # fmt: skip
        lot = services.LotPlan(1, 2_500_000, 7, "磁\\N 1", Decimal("8.50"), "USD")
        services.plan(certificate=certificate, by=life.drafter, licence=licence, papers=papers, lots=[lot])
        apart = {"id", "reference", "invoice_number", "created_at", "changed_at", "consignment_id"}
        apart |= {"import_file_id"}
        for model in (Consignment, Lot):
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in apart]
            ours, theirs = model.objects.order_by("pk").values(*names)
            assert ours == theirs
        apart |= {"number", "at", "hash", "previous_hash", "subject_id"}
        names = [f.attname for f in Event._meta.concrete_fields if f.attname not in apart]
        ours, theirs = Event.objects.filter(verb="shipments.consignment.plan").order_by("pk").values(*names)
        assert ours == theirs
        assert not list(events.faults())
        references = list(Consignment.objects.order_by("pk").values_list("reference", flat=True))
        assert [reference[-4:] for reference in references] == ["0001", "0002"]

    def test_takes_the_same_queries_for_a_slice_of_any_size(self, life, rows):
        imported(rows({}), life.drafter)  # makes what is made once for an importer
        counted = []
        for most in (5, 400):
            content = rows(*({"invoice_number": f"{most}-{n}", "weight_kg": "0.01"} for n in range(most)))
            file = started(content, life.drafter, skips_bad=True)
            for _slice in range(2):
                with CaptureQueriesContext(connection) as seen:
                    import_files.work(file)
                counted.append(len(seen))
        assert file.planned == 400
        assert counted[:2] == counted[2:]

    def test_skips_what_does_not_hold(self, life, rows, small_slices):
        content = rows({}, {"line": "9"}, {}, {"weight_kg": "1,5"}, *({} for _ in range(5)))
        file = imported(content, life.drafter, skips_bad=True)
        assert counts(file) == (State.DONE, 7, 0, 2)
        assert problems(file) == [(3, "line"), (5, "weight_kg")]

    def test_plans_all_or_nothing(self, life, rows, small_slices):
        file = imported(rows(*({} for _ in range(9)), {"line": "9"}), life.drafter)
        assert counts(file) == (State.REFUSED, 0, 0, 1)
        assert not Consignment.objects.exists()
        file = imported(rows(*({} for _ in range(10))), life.drafter)
        assert counts(file) == (State.DONE, 10, 0, 0)

    def test_plans_nothing_twice(self, life, rows, small_slices):
        content = rows({}, {}, {})
        imported(content, life.drafter)
        assert counts(imported(content, life.drafter)) == (State.DONE, 0, 3, 0)
        more = rows({}, {}, {}, {})
        assert counts(imported(more, life.drafter, skips_bad=True)) == (State.DONE, 1, 3, 0)
        assert Consignment.objects.count() == 4

    def test_plans_again_what_was_called_off(self, life, rows):
        imported(rows({}), life.drafter)
        services.cancel(consignment=Consignment.objects.get(), by=life.drafter, reason="wrong")
        assert counts(imported(rows({}), life.drafter)) == (State.DONE, 1, 0, 0)

    def test_refuses_a_row_that_a_known_invoice_has_not(self, life, rows):
        imported(rows({}), life.drafter)
        file = imported(rows({}, {"invoice_number": "INV-1", "batch": "new"}), life.drafter, skips_bad=True)
        assert (counts(file), problems(file)) == ((State.DONE, 0, 0, 1), [(3, "")])

    def test_refuses_a_key_that_another_invoice_holds(self, life, rows):
        imported(rows({"key": "K-1"}), life.drafter)
        file = imported(rows({"key": "K-1", "invoice_number": "other"}), life.drafter)
        assert problems(file) == [(2, "key")]

    def test_refuses_the_same_key_twice_in_a_file(self, life, rows, small_slices):
        again = {"invoice_number": "INV-2", "batch": "H-2"}
        content = rows({"key": "K"}, *({} for _ in range(6)), {"key": "K"}, again)
        file = imported(content, life.drafter, skips_bad=True)
        assert problems(file) == [(9, "key"), (10, "key")]

    def test_refuses_more_than_the_certificate_has(self, life, rows, certificate, small_slices):
        line = certificate.goods.get(number=1)
        most = line.left_mg // KG
        file = imported(rows({"weight_kg": str(most - 1)}, {}, {}, {}), life.drafter, skips_bad=True)
        assert (counts(file), problems(file)) == (
            (State.DONE, 2, 0, 2),
            [(4, "weight_kg"), (5, "weight_kg")],
        )

    def test_reads_another_importers_papers_as_unknown_ones(self, life, rows, make_actor, other_importer):
        stranger = make_actor("Sita Stranger", other_importer, "DRAFTER")
        theirs = imported(rows({}), stranger)
        unknown = imported(rows({"certificate": "EUC/0000000000/2026-27/0001"}), stranger)
        said = [ImportProblem.objects.get(file=file).text for file in (theirs, unknown)]
        assert said[0] == said[1]

    def test_knows_no_licence_of_another_importer(self, life, rows, certificate, other_importer):
        other = licence_for(certificate)
        Licence.objects.filter(pk=other.pk).update(importer=other_importer)
        file = imported(rows({"licence": other.number}), life.drafter)
        assert problems(file) == [(2, "licence")]

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ({"invoice_number": ""}, "invoice_number"),
            ({"weight_kg": ""}, "weight_kg"),
            ({"weight_kg": "=2*3"}, "weight_kg"),
            ({"weight_kg": "-1"}, "weight_kg"),
            ({"weight_kg": "१२"}, "weight_kg"),
            ({"value": "10"}, "currency"),
            ({"mode": "AIR", "transport_document": "160-12345679"}, "transport_document"),
            ({"without_licence": "none needed"}, "without_licence"),
            ({"batch": "x" * 61}, "batch"),
            ({"invoice_date": "31-02-2026"}, "invoice_date"),
        ],
    )
    def test_refuses_for_the_reasons_of_the_pages(self, life, rows, row, column):
        assert problems(imported(rows(row), life.drafter)) == [(2, column)]

    def test_keeps_formulas_as_the_text_they_are(self, life, rows):
        imported(rows({"batch": "=HYPERLINK(1)"}), life.drafter)
        assert Lot.objects.get().batch == "=HYPERLINK(1)"

    def test_takes_letters_that_are_written_in_two_ways_for_the_same(self, life, rows):
        two = [{"invoice_number": unicodedata.normalize(form, "É-1")} for form in ("NFC", "NFD")]
        assert counts(imported(rows(*two), life.drafter)) == (State.DONE, 1, 0, 0)
        services.cancel(consignment=Consignment.objects.get(), by=life.drafter, reason="wrong")
        imported(rows(two[1]), life.drafter)
        assert counts(imported(rows({**two[0], "batch": "H-1"}), life.drafter)) == (State.DONE, 0, 1, 0)

    def test_refuses_papers_that_differ_within_an_invoice(self, life, rows):
        two = [{"invoice_number": "A", "mode": mode} for mode in ("SEA", "AIR")]
        assert problems(imported(rows(*two), life.drafter)) == [(3, "mode")]

    def test_refuses_an_invoice_of_too_many_rows(self, life, rows, monkeypatch, small_slices):
        monkeypatch.setattr("shipments.importing.MOST_LOTS", 2)
        content = rows(*({"invoice_number": "A"} for _ in range(8)), {})
        file = imported(content, life.drafter, skips_bad=True)
        assert (counts(file), file.done) == ((State.DONE, 1, 0, 1), 9)

    def test_shows_a_whole_file_at_once(self, life, rows, small_slices):
        file = started(rows(*({} for _ in range(9))), life.drafter)
        shown = set()
        while import_files.work(file):
            shown.add(Consignment.objects.visible_to(life.drafter).count())
            shown.add(Lot.objects.visible_to(life.signatory).count())
        assert shown == {0}
        assert Consignment.objects.visible_to(life.drafter).count() == 9
        assert Lot.objects.visible_to(life.signatory).count() == 9

    def test_takes_a_whole_file_back_where_something_changed(self, life, rows, certificate, small_slices):
        file = started(rows(*({"weight_kg": "2"} for _ in range(9))), life.drafter)
        while not file.planned:
            import_files.work(file)
        certificate.goods.filter(number=1).update(released_mg=F("net_weight_mg") - 11 * KG)
        while file.planned and import_files.work(file):
            assert not Consignment.objects.visible_to(life.drafter).exists()
        file = finished(file)
        assert (counts(file), problems(file)) == ((State.REFUSED, 0, 0, 1), [(7, "weight_kg")])
        assert [model.objects.count() for model in (Consignment, Lot, ImportedKey)] == [0, 0, 0]
        assert not list(events.faults())

    def test_waits_for_a_whole_file_with_the_same_rows(self, life, rows, small_slices):
        file = started(rows(*({"key": f"K-{n}"} for n in range(6))), life.drafter)
        while not file.planned:
            import_files.work(file)
        same = started(
            rows({"key": "K-0"}, {"key": "other"}, {"invoice_number": "new", "key": "K-2"}), life.drafter
        )
        while same.is_under_way:
            import_files.work(same)
        assert (counts(same), problems(same)) == (
            (State.REFUSED, 0, 0, 3),
            [(2, "key"), (3, "key"), (4, "key")],
        )
        assert counts(finished(file)) == (State.DONE, 6, 0, 0)


class TestCancel:
    def test_leaves_what_was_planned(self, life, rows, small_slices):
        file = started(rows(*({} for _ in range(9))), life.drafter, skips_bad=True)
        while not file.planned:
            import_files.work(file)
        import_files.cancel(file=file, by=life.drafter)
        assert finished(file).state == State.CANCELLED
        assert Consignment.objects.count() == file.planned == 3

    def test_takes_a_whole_file_back(self, life, rows, small_slices):
        file = started(rows(*({} for _ in range(9))), life.drafter)
        while not file.planned:
            import_files.work(file)
        import_files.cancel(file=file, by=life.signatory)
        assert counts(finished(file)) == (State.CANCELLED, 0, 0, 0)
        assert [model.objects.count() for model in (Consignment, Lot, ImportedKey)] == [0, 0, 0]
        assert counts(imported(rows(*({} for _ in range(9))), life.drafter)) == (State.DONE, 9, 0, 0)

    def test_is_refused_once_it_is_done(self, life, rows):
        with pytest.raises(engine.WrongStatus):
            import_files.cancel(file=imported(rows({}), life.drafter), by=life.drafter)


class TestFaults:
    def test_a_person_who_left_plans_nothing_more(self, life, rows, small_slices):
        file = started(rows(*({} for _ in range(9))), life.drafter, skips_bad=True)
        Membership.objects.filter(person=life.drafter.person).update(is_active=False)
        file = finished(file)
        assert counts(file) == (State.REFUSED, 0, 0, 0)
        assert file.refusal

    def test_a_slice_that_fails_leaves_nothing_and_is_done_again(self, life, rows, small_slices, monkeypatch):
        file = started(rows(*({} for _ in range(9))), life.drafter, skips_bad=True)
        write, failed = import_writing.write, []

        def write_and_fail(plans, **given):
            write(plans, **given)
            if len(failed) < 2:
                failed.append(len(plans))
                raise IntegrityError("somebody was faster")

        monkeypatch.setattr(import_writing, "write", write_and_fail)
        for _ in range(30):
            Errand.objects.update(due_at=timezone.now() - timedelta(minutes=1))
            if due := Errand.objects.filter(kind=import_files.WORK, state=Errand.PENDING).first():
                errands.run(due.pk)
        file.refresh_from_db()
        assert failed == [3, 3]
        assert counts(file) == (State.DONE, 9, 0, 0)
        assert (Consignment.objects.count(), Lot.objects.count(), ImportedKey.objects.count()) == (9, 9, 9)
        assert not list(events.faults())

    def test_a_whole_file_of_a_person_who_left_is_taken_back(self, life, rows, small_slices):
        file = started(rows(*({} for _ in range(9))), life.drafter)
        while not file.planned:
            import_files.work(file)
        Membership.objects.filter(person=life.drafter.person).update(is_active=False)
        file = finished(file)
        assert counts(file) == (State.REFUSED, 0, 0, 0)
        assert file.refusal
        assert not Consignment.objects.exists()

    def test_the_same_row_is_kept_once_by_the_database(self, life, rows, importer):
        imported(rows({}), life.drafter)
        key = ImportedKey.objects.get()
        with pytest.raises(IntegrityError):
            ImportedKey.objects.create(importer=importer, key=key.key, consignment=key.consignment)

    def test_writes_nothing_for_who_may_not_plan(self, life):
        with pytest.raises(engine.NotAllowed):
            import_writing.write([Plan([])], file=None, by=life.officer, at=timezone.now())


class TestReasons:
    def test_tell_every_row_of_a_bad_invoice_and_can_be_sent_again(self, life, rows, small_slices):
        bad = [{"invoice_number": "A", "line": "9"}, {"invoice_number": "A", "batch": "=1+1"}]
        file = imported(rows({}, *bad, {}), life.drafter, skips_bad=True)
        table = [row for some in import_rows.reasons(file) for row in some]
        assert [row[:2] for row in table[1:]] == [
            ["3", "line: There is no such goods line."],
            ["4", "Another row of this invoice does not hold."],
        ]
        mended = sheets.csv_of([["1" if cell == "9" else cell for cell in row] for row in table])
        assert counts(imported(mended, life.drafter)) == (State.DONE, 1, 0, 0)
        assert set(Lot.objects.values_list("batch", flat=True)) >= {"=1+1"}


def worked_off(file):
    """To its end, each slice anew where somebody else was faster, as errands are tried again."""
    for _ in range(200):
        try:
            if not import_files.work(file):
                return file.state
        except IntegrityError:
            continue
    return "never"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_files_with_the_same_rows_plan_each_once(self, life, rows, small_slices):
        given = [{} for _ in range(24)]
        files = [
            started(rows(*given, {"invoice_number": f"own-{n}"}), life.drafter, skips_bad=True)
            for n in (1, 2)
        ]
        states = together(*(lambda file=file: worked_off(file) for file in files))
        assert states == [State.DONE, State.DONE]
        assert Consignment.objects.count() == sum(file.planned for file in files) == 26
        assert sum(file.known for file in files) == 24
        assert not list(events.faults())

    def test_two_workers_at_one_file_plan_each_row_once(self, life, rows, small_slices):
        started(rows(*({} for _ in range(24))), life.drafter)
        two = [ImportFile.objects.get() for _ in range(2)]
        assert together(*(lambda file=file: worked_off(file) for file in two)) == [State.DONE, State.DONE]
        assert Consignment.objects.count() == ImportFile.objects.get().planned == 24
        assert not list(events.faults())
