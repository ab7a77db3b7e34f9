"""The quality checks: for each a file that trips it and one that does not; rows decide, answers hold, texts stay."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from euc import completeness, dating, drafting, inspecting, quality, reference, services, workflow
from euc.models import Certificate, EndUse, QualityRule, Revision
from euc.models.certificate import today
from workflow import engine

GOOD_USE = {
    "purpose": "Rotor magnets of the hub motor HM-3, built at Chakan into the rear wheel of one maker's scooter.",
    "purpose_zh": "用于HM-3型轮毂电机转子，供应印度市场。",
    "product": "Hub motor for an electric scooter",
    "model": "HM-3",
    "oem": "Vahana Scooters Limited",
    "plant_name": "Chakan motor plant",
    "position": "Inner face of the rotor drum",
    "destination_market": "India",
}
IMPORTER = quality.Party("IMPORTER", "Sahyadri Motors Private Limited", "萨希亚德里", "IN", "0388000001")
EXPORTER = quality.Party("EXPORTER", "Ningbo Magnetics Co., Ltd.", "宁波磁材", "CN", "91330212MA")
LINE = quality.Line(
    1, "NDFEB_SINTERED", 1_200_000_000, Decimal("84000"), "USD", "Arc segment magnet N42UH", "弧形磁体 N42UH"
)
REPORT = quality.File("composition-report.pdf", "COMPOSITION_REPORT")
RESOLUTION = quality.File("board-resolution.pdf", "BOARD_RESOLUTION")
CONTRACT = quality.File("PO 2026 0311.pdf", "CONTRACT")
GOOD = quality.Facts(
    parties=(IMPORTER, EXPORTER),
    lines=(LINE,),
    use=quality.Use(GOOD_USE, 950_000, 24_000),
    order="PO/2026/0311",
    evidence=(REPORT, RESOLUTION, CONTRACT),
)


def use(**texts):
    return replace(GOOD, use=replace(GOOD.use, texts={**GOOD_USE, **texts}))


def with_party(role, name, **more):
    party = quality.Party(role, name, **{"country": "IN", **more})
    return replace(GOOD, parties=(*GOOD.parties, party))


def line(**columns):
    return replace(GOOD, lines=(replace(LINE, **columns),))


def with_files(*files):
    return replace(GOOD, evidence=files)


TWO_LINES = (LINE, replace(LINE, number=2))
ASKED = tuple(
    quality.File(f"{kind}.pdf", kind)
    for kind in ("PRODUCTION_PHOTOGRAPHS", "PRODUCT_DRAWING", "COMPANY_PROFILE", "TRADE_HISTORY")
)

TRIPS = [
    ("VAGUE_USE.short", use(purpose="Magnets for motors")),
    ("VAGUE_USE.word", use(purpose="Magnetic sensor")),
    ("VAGUE_USE.word", use(product="Motor parts.")),
    ("VAGUE_USE.word", use(position="磁性传感器")),
    ("ONE_ORDER.number", replace(GOOD, order="PO-311, PO-312")),
    ("ONE_ORDER.number", replace(GOOD, order="311 and 312")),
    ("ONE_ORDER.number", replace(GOOD, order="PO-311、PO-312")),
    ("ONE_ORDER.text", use(purpose=GOOD_USE["purpose"] + " Ordered with PO 2026-0999.")),
    ("ONE_ORDER.text", line(description="Arc magnet as in purchase order no. 77-12")),
    ("ONE_ORDER.text", with_files(replace(CONTRACT, name="PO-2026-0999.pdf"))),
    ("DUPLICATE_ORDER.live", replace(GOOD, others=("EUC/0388000001/2026-27/0001",))),
    ("NAMES.alike", with_party("CONSIGNEE", "Sahyadri Motors Pvt. Ltd.")),
    ("NAMES.alike", with_party("END_USER", "Sahyadry Motors Private Limited")),
    ("NAMES.alike", use(oem="Sahyadri Motors Ltd")),
    ("NAMES.registration", with_party("END_USER", "Deccan Wheels LLP", registration="91330212MA")),
    ("NAMES.chinese", with_party("CONSIGNEE", IMPORTER.name, name_zh="另一个名字")),
    ("CHAIN.end_user", with_party("END_USER", "Deccan Wheels LLP")),
    ("CHAIN.consignee", with_party("CONSIGNEE", "Mundra Logistics LLP")),
    ("MILITARY.said", use(purpose=GOOD_USE["purpose"] + " Also for missile actuators.")),
    ("MILITARY.said", use(purpose_zh="用于军用无人机电机")),
    ("MILITARY.said", use(destination_market="रक्षा मंत्रालय")),
    ("MILITARY.said", with_party("END_USER", "Coastal Ordnance Works")),
    ("MILITARY.said", line(description="Magnet for torpedo drive")),
    (
        "SEMICONDUCTOR.node",
        use(purpose="Wafer stage motor for logic chips of 7 nm, built at the plant in Sanand"),
    ),
    ("SEMICONDUCTOR.node", use(product="Test head for 512-layer NAND memory")),
    ("SEMICONDUCTOR.word", use(product="Lithography stage")),
    ("US_PARTY.country", with_party("CONSIGNEE", "Acme Imports LLC", country="US")),
    ("US_MARKET.said", use(destination_market="India and the USA")),
    ("US_MARKET.said", use(destination_market="印度、美国")),
    ("UNIT_VALUE.low", line(value=Decimal("1200"))),
    ("UNIT_VALUE.high", line(value=Decimal("1200000"))),
    ("CAPACITY.order", line(net_weight_mg=30_000_000_000, value=Decimal("2100000"))),
    ("YEAR.more", replace(GOOD, certified_mg=25_000_000_000)),
    ("SIGNATORY.none", replace(GOOD, empowered=False)),
    ("CODES.differ", line(codes_differ=True)),
    ("EVIDENCE.missing", with_files(REPORT)),
    ("LINE_EVIDENCE.missing", with_files(RESOLUTION)),
    (
        "LINE_EVIDENCE.missing",
        replace(GOOD, lines=TWO_LINES, evidence=(replace(REPORT, line=2), RESOLUTION)),
    ),
    ("CONTROLLED_EVIDENCE.missing", line(may_be_controlled=True)),
    ("TRANSLATION.missing", use(purpose_zh="")),
    ("TRANSLATION.missing", line(description_zh="")),
    ("TRANSLATION.missing", with_party("CONSIGNEE", "Mundra Logistics LLP", name_zh="")),
    ("TRANSLATION.missing", with_party("END_USER", IMPORTER.name, name_zh="某", address="Plot 7, Pune")),
    ("TRANSLATION.same", line(description_zh="Arc segment magnet")),
    (
        "GLOSSARY.term",
        line(description="Sintered magnet with dysprosium", description_zh="烧结磁体，含铽"),
    ),
    ("GLOSSARY.term", use(purpose=GOOD_USE["purpose"] + " The end user is the maker.")),
]
HOLDS = [
    (
        "VAGUE_USE",
        use(
            purpose="Magnetic position sensor for the level test in the oil tank of the X5 sedan by OEM in Pune"
        ),
    ),
    ("ONE_ORDER", replace(GOOD, order="PO/2026/0311-A")),
    ("ONE_ORDER", use(purpose=GOOD_USE["purpose"] + " Ordered with PO 2026/0311.")),
    ("ONE_ORDER", use(purpose=GOOD_USE["purpose"] + " Sold by post office.")),
    ("DUPLICATE_ORDER", GOOD),
    ("NAMES", with_party("END_USER", "Deccan Wheels Private Limited")),
    ("NAMES", with_party("CONSIGNEE", IMPORTER.name, name_zh=IMPORTER.name_zh)),
    ("CHAIN", with_party("CONSIGNEE", IMPORTER.name)),
    ("MILITARY", use(purpose=GOOD_USE["purpose"] + " Not for military use.")),
    ("MILITARY", use(purpose_zh="非军用，用于电动摩托车")),
    ("MILITARY", use(purpose=GOOD_USE["purpose"] + " Fitted by Armitage and Navya.")),
    ("MILITARY", use(destination_market="सैन्य उपयोग नहीं, केवल भारत")),
    (
        "SEMICONDUCTOR",
        use(purpose="Fan motor for power chips of 65 nm, built at the plant in Sanand"),
    ),
    ("SEMICONDUCTOR", use(position="12 layers of lamination, gap of 10 nm")),
    ("US_PARTY", with_party("CONSIGNEE", "Acme", country="AE")),
    ("US_MARKET", use(destination_market="India; sold by us alone")),
    ("US_MARKET", use(destination_market="India, not the USA")),
    ("UNIT_VALUE", line(value=Decimal("18000"))),
    ("UNIT_VALUE", line(value=Decimal("1"), currency="INR")),
    ("UNIT_VALUE", line(family="OTHER", value=Decimal("1"))),
    ("CAPACITY", line(net_weight_mg=25_000_000_000, value=Decimal("1750000"))),
    ("YEAR", replace(GOOD, certified_mg=20_000_000_000)),
    ("SIGNATORY", GOOD),
    ("CODES", GOOD),
    ("EVIDENCE", with_files(RESOLUTION, CONTRACT)),
    (
        "LINE_EVIDENCE",
        replace(
            GOOD, lines=TWO_LINES, evidence=(replace(REPORT, line=1), replace(REPORT, line=2), RESOLUTION)
        ),
    ),
    ("LINE_EVIDENCE", replace(GOOD, lines=TWO_LINES)),
    ("CONTROLLED_EVIDENCE", replace(line(may_be_controlled=True), evidence=(*GOOD.evidence, *ASKED))),
    ("CONTROLLED_EVIDENCE", line(may_be_controlled=False)),
    ("TRANSLATION", line(description="N42UH-50x20", description_zh="弧形磁体")),
    ("TRANSLATION", with_party("CONSIGNEE", "宁波磁材")),
    ("TRANSLATION", use(purpose="", purpose_zh="")),
    ("GLOSSARY", line(description="Sintered magnet with dysprosium", description_zh="烧结磁体，含镝")),
    ("GLOSSARY", line(description="Magnet with dysprosium", description_zh="")),
    ("GLOSSARY", line(description="Unsinteredness tests", description_zh="试验")),
]


def objections(certificate):
    """What must be mended or explained, without what is only shown to the reviewer."""
    return [one for one in certificate.inspected() if one.finding.severity != quality.WARN]


@pytest.fixture
def rules(clauses):
    return list(QualityRule.objects.in_use_on(today()).order_by("id"))


class TestChecks:
    def test_each_has_a_file_that_trips_it_and_one_that_does_not(self):
        assert (
            {key.partition(".")[0] for key, _ in TRIPS} == {code for code, _ in HOLDS} == set(quality.CHECKS)
        )
        assert {key for key, _ in TRIPS} == set(quality.WORDS)

    def test_find_nothing_in_a_good_file(self, rules):
        assert quality.findings(GOOD, rules) == []

    @pytest.mark.parametrize(("key", "facts"), TRIPS, ids=lambda v: v if isinstance(v, str) else "")
    def test_trip(self, rules, key, facts):
        found = [finding for finding in quality.findings(facts, rules) if finding.key == key]
        assert found
        assert found[0].page in completeness.PAGES
        assert "%(" not in found[0].text
        assert QualityRule.objects.get(reference=found[0].rule).source

    @pytest.mark.parametrize(("code", "facts"), HOLDS, ids=lambda v: v if isinstance(v, str) else "")
    def test_do_not_trip(self, rules, code, facts):
        assert [f.text for f in quality.findings(facts, rules) if f.check == code] == []

    def test_are_one_and_the_same_in_every_language(self, rules):
        (english,) = quality.findings(with_files(REPORT, CONTRACT), rules)
        with translation.override("hi"):
            (hindi,) = quality.findings(with_files(REPORT, CONTRACT), rules)
            assert hindi.fingerprint == english.fingerprint
            assert "Board resolution" not in hindi.text
        assert "Board resolution" in english.text

    def test_cost_nothing_on_hostile_text(self, rules):
        for text in (
            "PO " * 3000,
            "not " * 3000 + "military",
            "1nm" * 3000,
            "(" * 9000,
            "非" * 9000 + "军用",
        ):
            quality.findings(use(purpose=text), rules)


class TestRows:
    def change(self, officer, senior, **columns):
        row = QualityRule.objects.get(code="US-MARKET")
        names = ("check_code", "family", "severity", "words", "low", "high", "source", "confidence")
        new = {name: getattr(row, name) for name in names} | {"effective_from": today()} | columns
        version = dating.propose(
            kind=QualityRule, law=workflow.QUALITY, by=officer, columns=new, supersedes=row
        )
        dating.adopt(row=version, law=workflow.QUALITY, by=senior)
        return version

    def test_decide_how_severe_a_check_is(self, life, officer, senior):
        self.change(officer, senior, severity="OFF")
        certificate = life.draft()
        EndUse.objects.filter(certificate=certificate).update(destination_market="USA")
        assert objections(Certificate.objects.get(pk=certificate.pk)) == []

    def test_count_from_their_first_day_only(self, life, officer, senior):
        tomorrow = today().replace(year=today().year + 1)
        version = self.change(officer, senior, severity="OFF", effective_from=tomorrow)
        old = QualityRule.objects.get(code="US-MARKET", version=1)
        assert (old.status, version.status) == ("SUPERSEDED", "ADOPTED")
        in_use = QualityRule.objects.in_use_on(today()).filter(code="US-MARKET")
        assert list(in_use) == [old]

    def test_are_not_adopted_by_their_proposer(self, clauses, officer):
        columns = {
            "check_code": "CODES",
            "severity": "WARN",
            "effective_from": today(),
            "source": "x",
            "confidence": "LOW",
        }
        row = dating.propose(kind=QualityRule, law=workflow.QUALITY, by=officer, columns=columns, code="MORE")
        with pytest.raises(engine.NotAllowed, match="another officer"):
            dating.adopt(row=row, law=workflow.QUALITY, by=officer)

    def test_ship_with_a_source_each(self, clauses):
        assert not QualityRule.objects.filter(source="").exists()
        assert reference.load() == 0


class TestAnswers:
    @pytest.fixture
    def asked(self, life):
        certificate = life.draft()
        EndUse.objects.filter(certificate=certificate).update(destination_market="India and the USA")
        return Certificate.objects.get(pk=certificate.pk)

    def test_open_questions_keep_it_from_being_submitted(self, asked, signatory):
        with pytest.raises(engine.Incomplete) as refused:
            services.submit(certificate=asked, by=signatory, notice_seen=True)
        (miss,) = refused.value.misses
        assert (miss.page, miss.field[:7]) == ("check", "answer-")

    def test_let_it_be_submitted_and_are_kept_with_the_revision(self, asked, drafter, signatory):
        (one,) = objections(asked)
        drafting.answer_finding(
            certificate=asked, by=drafter, fingerprint=one.finding.fingerprint, text="A tenth is exported."
        )
        services.submit(certificate=asked, by=signatory, notice_seen=True)
        (kept,) = [k for k in inspecting.kept(Revision.objects.get(certificate=asked).findings) if k.answer]
        assert (kept.finding, kept.answer, kept.answered_by) == (
            one.finding,
            "A tenth is exported.",
            drafter.person.full_name,
        )
        assert not kept.is_open

    def test_lapse_when_the_finding_becomes_another_one(self, asked, drafter):
        (one,) = objections(asked)
        drafting.answer_finding(
            certificate=asked, by=drafter, fingerprint=one.finding.fingerprint, text="So."
        )
        EndUse.objects.filter(certificate=asked).update(destination_market="America")
        (other,) = objections(Certificate.objects.get(pk=asked.pk))
        assert (other.is_open, other.answer) == (True, "")

    def test_are_refused_for_what_is_not_found(self, asked, drafter):
        with pytest.raises(engine.WrongStatus, match="not found any more"):
            drafting.answer_finding(certificate=asked, by=drafter, fingerprint="0" * 16, text="So.")

    def test_are_the_importers_own(self, asked, stranger):
        (one,) = objections(asked)
        with pytest.raises(engine.NotAllowed):
            drafting.answer_finding(
                certificate=asked, by=stranger, fingerprint=one.finding.fingerprint, text="So."
            )

    def test_a_rule_changed_later_changes_nothing_kept(self, asked, drafter, signatory, officer, senior):
        (one,) = objections(asked)
        drafting.answer_finding(
            certificate=asked, by=drafter, fingerprint=one.finding.fingerprint, text="So."
        )
        services.submit(certificate=asked, by=signatory, notice_seen=True)
        before = Revision.objects.values().get(certificate=asked)
        TestRows().change(officer, senior, severity="OFF")
        assert Revision.objects.values().get(certificate=asked) == before

    def test_must_be_mended_where_the_row_says_so(self, life):
        certificate = life.draft()
        EndUse.objects.filter(certificate=certificate).update(purpose="Magnetic sensor")
        misses = completeness.misses(Certificate.objects.get(pk=certificate.pk))
        assert {(miss.page, miss.field) for miss in misses} == {("end-use", "purpose")}


class TestSiblings:
    def test_the_same_order_is_refused_while_the_first_lives(self, life, drafter):
        first = life.submitted()
        second = life.draft()
        Certificate.objects.filter(pk=second.pk).update(po_number=first.po_number.lower())
        (found,) = objections(Certificate.objects.get(pk=second.pk))
        assert found.finding.key == "DUPLICATE_ORDER.live"
        services.withdraw(certificate=first, by=drafter, reason="mistake")
        assert objections(Certificate.objects.get(pk=second.pk)) == []

    def test_another_importer_may_use_the_same_number(self, life, stranger):
        from euc import demonstration

        number = life.submitted().po_number
        other = demonstration.complete_draft(by=stranger, po_number=number)
        assert "DUPLICATE_ORDER.live" not in [f.key for f in inspecting.findings(other)]

    def test_what_was_certified_this_year_counts(self, life):
        life.submitted()
        certificate = life.draft()
        EndUse.objects.update(units_per_year=1400)
        found = inspecting.findings(Certificate.objects.get(pk=certificate.pk))
        assert "YEAR.more" in [finding.key for finding in found]
