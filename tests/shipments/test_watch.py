"""The re-export watch: magnets as such raise a case, the United States first; the rest is noted or explained."""

import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from accounts.models import Notice
from documents import sheets
from euc.models import Clause
from euc.models.certificate import today
from shipments import watch, watch_law, watching
from shipments.models import ExportItem
from shipments.services import LotPlan
from shipments.watching import EMBEDDED, MAGNET, OTHER, Export, Imported, judge
from tests.shipments.voyage import KG
from workflow import events
from workflow.engine import Incomplete, NotAllowed

HEAD = watch.NAMES


def day():
    return f"{today():%d-%m-%Y}"


def export(**given):
    known = {"bill": "441", "hs": "85051110", "description": "NdFeB magnets N42SH", "destination": "DE"}
    return Export(**(known | given))


class TestKind:
    @pytest.mark.parametrize(
        ("hs", "description", "kind"),
        [
            ("85051110", "Motors", MAGNET),
            ("8505", "Anything", MAGNET),
            ("72029900", "Sintered NdFeB blocks", MAGNET),
            ("28053000", "SmCo magnet powder", MAGNET),
            ("99999999", "钕铁硼磁体", MAGNET),
            ("85013119", "DC motor with permanent magnets", EMBEDDED),
            ("85182100", "Loudspeaker, neodymium magnet", EMBEDDED),
            ("84145120", "Ceiling fan BLDC", EMBEDDED),
            ("87116020", "Electric scooter", EMBEDDED),
            ("61091000", "Cotton shirts", OTHER),
            ("84821011", "Magnetic bearings", OTHER),
        ],
    )
    def test_is_told_by_code_and_words(self, hs, description, kind):
        assert watching.kind_of(export(hs=hs, description=description)) == kind


class TestScore:
    IMPORTED = Imported(grades=["N42SH"], hs_codes=["85051190"], weight_mg=100 * KG)

    def test_magnets_to_the_united_states_come_first(self):
        there = judge(export(destination="US"), self.IMPORTED)
        elsewhere = judge(export(), self.IMPORTED)
        assert there.score > elsewhere.score >= watching.CASE_FROM
        assert ("to_the_united_states", 30) in there.reasons

    @pytest.mark.parametrize("name", ["returned_bills", "consented_bills"])
    def test_what_the_ledger_explains_is_no_case(self, name):
        imported = Imported(grades=["N42SH"], hs_codes=["85051190"], weight_mg=100 * KG, **{name: ["441"]})
        assert not judge(export(destination="CN"), imported).is_case

    def test_products_are_noted_and_never_a_case(self):
        product = export(hs="85013119", description="Motor with magnets", destination="US")
        assert not judge(product, self.IMPORTED).is_case
        known = Imported(product_bills=["441"])
        assert (judge(product, self.IMPORTED).score, judge(product, known).score) == (20, 0)

    def test_every_reason_has_its_words(self):
        said = [judge(export(destination=to, weight_mg=10**12), self.IMPORTED).reasons for to in ("US", "CN")]
        said += [judge(export(), Imported(returned_bills=["441"])).reasons]
        said += [judge(export(), Imported(consented_bills=["441"])).reasons]
        said += [judge(export(hs="8501"), Imported()).reasons]
        assert {code for reasons in said for code, _points in reasons} == set(watch_law.REASONS)


@pytest.fixture
def bills(voyage):
    """`bills(rows)`: a file of shipping bills of the importer; each row gives what differs from a harmless one."""

    def write(*rows):
        harmless = {
            "iec": voyage.certificate.importer.iec,
            "port": "INBOM4",
            "shipping_bill": "1",
            "date": day(),
            "hs": "61091000",
            "description": "Shirts",
            "destination": "DE",
        }
        return sheets.csv_of([HEAD, *([{**harmless, **row}.get(name, "") for name in HEAD] for row in rows)])

    return write


class TestLoad:
    def test_raises_exactly_the_planted_cases(self, voyage, bills, officer):
        """A realistic quarter: one diversion to the United States, one return of rejects, products, and the rest."""
        lot = voyage.received(LotPlan(1, 100 * KG, 100)).lots()[0]
        pledge = voyage.certificate.undertakings.get()
        pledge.clauses.create(clause=Clause.objects.get(code="EX_REJECTS"))
        voyage.move(lot, "return_to_supplier", 5 * KG, document="SB 7002")
        voyage.move(lot, "issue", 50 * KG)
        voyage.move(lot, "build_in", 50 * KG)
        voyage.move(lot, "export_product", 10 * KG, document="SB 7003", to_place="US")
        magnets = {"hs": "85051110", "description": "NdFeB magnets"}
        found = watch.load(
            bills(
                {"shipping_bill": "7001", **magnets, "destination": "US", "weight_kg": "12"},
                {"shipping_bill": "7002", **magnets, "destination": "CN", "weight_kg": "5"},
                {"shipping_bill": "7003", "hs": "85013119", "description": "Motors", "destination": "US"},
                {"shipping_bill": "7004", "hs": "85013119", "description": "Motors"},
                {"shipping_bill": "7005"},
                {"shipping_bill": "7006", **magnets, "iec": "9999999999", "destination": "US"},
            ),
            by=officer,
        )
        assert (found.kept, found.strangers, found.refused) == (5, 1, [])
        assert [case.bill for case in found.cases] == ["7001"]
        assert found.cases[0].status == watch_law.OPEN
        assert watch.embedded_by_country() == [{"country": "US", "weight_mg": 10 * KG}]
        assert events.about(found.cases[0]).get().action == "raise"

    def test_counts_what_left_china_and_not_what_is_only_planned(self, voyage):
        importer = voyage.certificate.importer
        voyage.received(LotPlan(1, 100 * KG, 100))
        voyage.planned(LotPlan(1, 7 * KG))
        voyage.booked(LotPlan(1, 5 * KG))
        assert watch.imported_by(importer).weight_mg == 100 * KG

    def test_keeps_an_item_once(self, bills, officer):
        file = bills({"hs": "8505", "description": "Magnets"})
        watch.load(file, by=officer)
        again = watch.load(file, by=officer)
        assert (again.kept, again.known, again.cases) == (0, 1, [])
        assert ExportItem.objects.count() == 1

    @pytest.mark.parametrize(
        "row",
        [
            {"date": "31-02-2026"},
            {"date": "31-12-2099"},
            {"port": "Mumbai"},
            {"hs": "85O5"},
            {"destination": "USA"},
            {"weight_kg": "1_000"},
            {"item": "-1"},
            {"description": ""},
        ],
    )
    def test_says_which_row_does_not_hold(self, bills, officer, row):
        found = watch.load(bills({"shipping_bill": "2"}, row), by=officer)
        assert (found.kept, [number for number, _said in found.refused]) == (1, [3])

    def test_refuses_a_head_that_is_not_ours(self, db, officer):
        with pytest.raises(sheets.Unreadable):
            watch.load(sheets.csv_of([("iec", "hs"), ("1", "2")]), by=officer)

    def test_is_a_command(self, bills, tmp_path, platform):
        path = tmp_path / "bills.csv"
        path.write_bytes(bills({"hs": "8505", "description": "Magnets", "destination": "US"}))
        out = StringIO()
        call_command("watch_reexports", path, "--json", stdout=out)
        said = json.loads(out.getvalue())
        assert [case["destination"] for case in said["cases"]] == ["US"]


class TestTold:
    def test_those_who_decide_of_each_case_but_not_who_loaded_it(
        self, bills, officer, second_officer, senior, drafter
    ):
        magnets = {"hs": "8505", "description": "Magnets"}
        file = bills(magnets, {"shipping_bill": "2", "hs": "8501", "description": "Motors"})
        Notice.objects.all().delete()
        for _time in range(2):
            watch.load(file, by=officer)
        (case,) = ExportItem.objects.filter(status=watch_law.OPEN)
        for actor, times in ((second_officer, 1), (senior, 1), (officer, 0), (drafter, 0)):
            told = Notice.objects.visible_to(actor)
            assert (
                list(told.values_list("code", "address")) == [("export-raise", f"/watch/{case.pk}/")] * times
            )


class TestDecide:
    @pytest.fixture
    def case(self, bills, officer):
        return watch.load(bills({"hs": "8505", "description": "Magnets"}), by=officer).cases[0]

    def test_takes_a_reason(self, case, officer):
        with pytest.raises(Incomplete):
            watch.explain(item=case, by=officer, reason="")
        watch.explain(item=case, by=officer, reason="A fair, brought back")
        assert (case.status, case.decided_by) == (watch_law.EXPLAINED, officer.person)

    def test_only_the_senior_officer_confirms(self, case, officer, senior):
        with pytest.raises(NotAllowed):
            watch.confirm(item=case, by=officer, reason="sold")
        watch.confirm(item=case, by=senior, reason="sold")
        assert case.status == watch_law.CONFIRMED


class TestPages:
    def test_lead_from_the_file_to_the_decision(self, client_for, bills, officer, auditor, drafter):
        client = client_for(officer)
        file = SimpleUploadedFile(
            "bills.csv", bills({"hs": "8505", "description": "Magnets", "destination": "US"})
        )
        assert client.post("/watch/load/", {"file": file}).status_code == 302
        item = ExportItem.objects.get()
        assert "Magnets" in client.get("/watch/").content.decode()
        shown = client_for(auditor).get(f"/watch/{item.pk}/").content.decode()
        assert "They go to the United States." in shown
        assert client.post(f"/watch/{item.pk}/explain/", {"reason": "A fair"}).status_code == 302
        assert "A fair" in client.get(f"/watch/{item.pk}/").content.decode()
        assert client_for(drafter).get("/watch/").status_code == 403

    def test_show_what_was_refused(self, client_for, bills, officer):
        file = SimpleUploadedFile("bills.csv", bills({"port": "Mumbai"}))
        answer = client_for(officer).post("/watch/load/", {"file": file})
        assert answer.status_code == 200
        assert "form INNSA1" in answer.content.decode()

    def test_refuse_a_file_that_is_no_table(self, client_for, db, officer):
        for content in (b"", b"iec\n1\n", b"\xff\xff\xff"):
            answer = client_for(officer).post("/watch/load/", {"file": SimpleUploadedFile("x.csv", content)})
            assert answer.status_code == 422
