"""Screening: names in any writing meet, files are read strictly, hits are opened once and judged by people."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts import actors
from euc import services as certificates
from euc import workflow
from euc.models import Certificate, ListedEntity, ListedKey, ListVersion, Party, Screening, ScreeningHit
from euc.screening import comparing, files, names, record
from euc.screening import services as screening
from workflow import engine, errands
from workflow.models import Errand, Event

HEAD = "id,schema,name,aliases,countries,notice,effective_from,suspended_from,suspended_until\n"
ENTRIES = HEAD + (
    'T1,Company,Ningbo Shili Magnetics Co. Ltd,"宁波示利磁材有限公司;Shili Cicai",cn,Notice 1,2025-04-09,,\n'
    "T2,Company,Mahindragarh Rotor Works,महेन्द्रगढ़ रोटर वर्क्स,in,,,,\n"
    "T3,Company,Brightfall Hypersonics,,us,Notice 2,2025-03-04,2025-11-10,2099-11-10\n"
)


def compared(one, other, **given):
    asked, listed = comparing.name_of([one]), comparing.name_of([other])
    found = comparing.compare(asked, listed, count=lambda word: 0, total=1000)
    return found.score, bool(asked.keys & listed.keys)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Sahyadri EV Motors Private Limited", ("sahyadri", "ev", "motors")),
            ("M/s. Krüger & Söhne GmbH", ("kruger", "sohne")),
            ("सह्याद्रि मोटर्स", ("sahyadri", "motars")),
            ("महिंद्रा", ("mahindra",)),
            ("宁波示例磁材有限公司", ("ning", "bo", "shi", "li", "ci", "cai")),
            ("长安", ("chang", "an")),
            ("E-Drives", ("edrives",)),
            ("Limited", ("limited",)),
            ("…", ()),
        ],
    )
    def test_are_spelled_in_one_shape(self, text, words):
        spelled = names.spelled(text)
        assert tuple(w for w in spelled.words if len(w) > 1 or text == "E-Drives") == words

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Ningbo Shili Cicai", "宁波示例磁材有限公司"),
            ("宁波示例磁材", "宁波示利磁材有限公司"),
            ("महिंद्रा मोटर्स", "Mahindra Motors Private Limited"),
            ("Sahyadri Motors", "Sahyadry Motor"),
            ("Lakshmi Vidyut", "Laxmi Vidyuth"),
            ("Motors Sahyadri", "Sahyadri Motors"),
            ("NingBo ShiLi", "Ning Bo Shi Li"),
            ("Kavach Dynamix", "Kavach Dynamics Pvt. Ltd."),
        ],
    )
    def test_alike_meet_and_score(self, one, other):
        score, meet = compared(one, other)
        assert meet
        assert score >= 85

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Alpha Steel", "Alpine Wood"),
            ("Plant 602", "Plant 603"),
            ("宁波示例磁材", "北京东方电子"),
            ("Ram", "Rim"),
            ("Sahyadri Motors", "Kaveri Motors"),
        ],
    )
    def test_unlike_do_not_score(self, one, other):
        assert compared(one, other)[0] < 85

    def test_countries_are_weighed_and_told(self):
        asked = comparing.name_of(["Kaveri Drives"], ["IN"])

        def score(country):
            listed = comparing.name_of(["Kaveri Drive"], [country])
            found = comparing.compare(asked, listed, count=lambda word: 0, total=10)
            return found.score, found.country

        same, other, unknown = score("in"), score("AE"), score("")
        assert (same[1], other[1], unknown[1]) == ("agrees", "differs", "unknown")
        assert other[0] < unknown[0] <= same[0]


class TestFiles:
    def read(self, text):
        return list(files.read(io.StringIO(text)))

    def test_give_entries_with_their_own_days(self):
        _one, _two, three = self.read(ENTRIES)
        assert (three.name, three.countries, three.suspended_until.year) == (
            "Brightfall Hypersonics",
            ("US",),
            2099,
        )

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("T9,Company,,,,,,,", "empty"),
            ("T9,Company,Name", "columns"),
            ("T9,Company,Name,,,,31-01-2026,,", "YYYY-MM-DD"),
            (f"T9,Company,{'x' * 400},,,,,,", "too long"),
            ("T1,Company,Again,,,,,,\nT1,Company,Again,,,,,,", "twice"),
        ],
    )
    def test_refuse_a_row_with_its_line_and_reason(self, row, reason):
        refused = [found for found in self.read(HEAD + row + "\n") if isinstance(found, files.Refused)]
        assert reason in refused[-1].reason
        assert refused[-1].line >= 2

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", 'id,name\n"open', "id;name\n1;2\n"])
    def test_that_are_no_lists_are_refused_whole(self, text):
        with pytest.raises(files.NotAList):
            self.read(text)


class TestCommands:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "own-list.csv"
        path.write_text(ENTRIES, encoding="utf-8")
        return path

    def test_screen_answers_in_json_without_a_database(self, path, capsys):
        call_command("screen", "--list", str(path), "--name", "宁波示例磁材有限公司", "--country", "CN")
        answer = json.loads(capsys.readouterr().out)
        (match,) = answer["matches"]
        assert (match["id"], match["how"], match["country"], match["notice"]) == (
            "T1",
            "sound",
            "agrees",
            "Notice 1",
        )
        assert match["score"] >= 90

    def test_screen_says_what_is_wrong_with_a_file(self, tmp_path):
        with pytest.raises(CommandError):
            call_command("screen", "--list", str(tmp_path / "none.csv"), "--name", "x")

    def test_load_list_loads_a_file_once(self, clauses, platform, path, capsys):
        call_command("load_list", str(path))
        call_command("load_list", str(path))
        said = capsys.readouterr().out
        assert "own-list-v1 loaded: 3 entries" in said
        assert "own-list-v1 was loaded before" in said
        assert ListVersion.objects.get().state == "READY"

    def test_a_file_that_is_no_list_leaves_nothing(self, clauses, platform, tmp_path):
        path = tmp_path / "bad.csv"
        path.write_text(ENTRIES + 'T4,Company,"open', encoding="utf-8")
        with pytest.raises(CommandError):
            call_command("load_list", str(path))
        assert (ListVersion.objects.get().state, ListedEntity.objects.count()) == ("FAILED", 0)


@pytest.fixture
def load(clauses, platform, tmp_path):
    def load(text, code="own"):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        version, _is_new = screening.load_file(path, code=code, name="Own list", by=actors.clock())
        while waiting := Errand.objects.filter(kind=screening.RESCREEN, state=Errand.PENDING).first():
            assert errands.run(waiting.pk)
        return version

    return load


@pytest.fixture
def resembling(life):
    """A submitted certificate whose exporter resembles entry T1."""

    def make():
        certificate = life.draft()
        Party.objects.filter(certificate=certificate, role="EXPORTER").update(
            name="Ningbo Shilly Magnetics Co., Ltd.", name_zh="宁波示例磁材有限公司"
        )
        certificate = Certificate.objects.get(pk=certificate.pk)
        life.submit(certificate)
        return certificate

    return make


class TestHits:
    def test_bar_approval_until_they_are_judged(self, load, resembling, life, officer):
        load(ENTRIES)
        certificate = resembling()
        (hit,) = certificate.hits.all()
        assert (hit.role, hit.entity_id, hit.status) == ("exporter", "T1", "OPEN")
        with pytest.raises(engine.Incomplete) as refused:
            life.approve(certificate)
        assert "judge it first" in str(refused.value.misses[0].message)
        screening.judge(hit=hit, verb="dismiss", by=officer, reason="Another firm: other address and owners.")
        life.approve(certificate)

    def test_bar_nothing_while_the_listing_is_suspended(self, load, life):
        load(ENTRIES)
        certificate = life.draft()
        certificate.end_use.oem = "Brightfall Hypersonics"
        certificate.end_use.save()
        certificate = Certificate.objects.get(pk=certificate.pk)
        life.submit(certificate)
        assert certificate.hits.get().entity_id == "T3"
        life.approve(certificate)

    def test_confirming_takes_two(self, load, resembling, officer, senior):
        load(ENTRIES)
        hit = resembling().hits.get()
        with pytest.raises(engine.WrongStatus):
            screening.judge(hit=hit, verb="confirm", by=senior, reason="same")
        screening.judge(hit=hit, verb="suspect", by=officer, reason="same registration")
        with pytest.raises(engine.NotAllowed):
            screening.judge(hit=hit, verb="confirm", by=officer, reason="same")
        screening.judge(hit=hit, verb="confirm", by=senior, reason="same owners")
        hit.refresh_from_db()
        assert (hit.status, hit.suspected_by, hit.judged_by) == ("CONFIRMED", officer.person, senior.person)
        assert "is “Ningbo Shili" in record.bars(hit.certificate)[0]

    def test_want_a_reason(self, load, resembling, officer):
        load(ENTRIES)
        with pytest.raises(engine.NotAllowed, match="Say why"):
            screening.judge(hit=resembling().hits.get(), verb="dismiss", by=officer, reason=" ")

    def test_a_new_list_screens_what_is_open_or_in_force(self, load, resembling, life):
        certificate, issued = resembling(), life.issued()
        assert not ScreeningHit.objects.exists()
        load(ENTRIES)
        assert [hit.certificate_id for hit in ScreeningHit.objects.all()] == [certificate.pk]
        kept = dict(Screening.objects.values_list("certificate", "versions"))
        now = [ListVersion.objects.get().pk]
        assert kept == {certificate.pk: now, issued.pk: now}

    def test_approval_waits_until_it_was_screened_against_the_list(self, resembling, life, tmp_path):
        certificate = resembling()
        path = tmp_path / "list.csv"
        path.write_text(HEAD + "Z,Company,Nobody Here At All,,,,,,\n", encoding="utf-8")
        screening.load_file(path, code="own", name="", by=actors.clock())
        with pytest.raises(engine.Incomplete) as refused:
            life.approve(certificate)
        assert "being screened" in str(refused.value.misses[0].message)

    def test_screened_twice_are_opened_once(self, load, resembling):
        load(ENTRIES)
        certificate = resembling()
        assert record.screen(certificate) == 0
        assert certificate.hits.count() == 1
        assert Event.objects.filter(verb="euc.hit.find").count() == 1

    def test_a_judgement_outlives_a_version_that_says_the_same(self, load, resembling, officer):
        load(ENTRIES)
        hit = resembling().hits.get()
        screening.judge(hit=hit, verb="dismiss", by=officer, reason="another firm")
        load(ENTRIES + "T5,Company,Quite Another Firm,,,,,,\n")
        hit.refresh_from_db()
        assert (hit.status, ScreeningHit.objects.count()) == ("DISMISSED", 1)

    def test_lapses_when_the_entry_changes_and_opens_anew(self, load, resembling, officer):
        load(ENTRIES)
        hit = resembling().hits.get()
        screening.judge(hit=hit, verb="dismiss", by=officer, reason="another firm")
        load(ENTRIES.replace("Notice 1", "Notice 7"))
        assert sorted(ScreeningHit.objects.values_list("status", flat=True)) == ["LAPSED", "OPEN"]
        load(ENTRIES)
        hit.refresh_from_db()
        assert hit.status == workflow.OPEN
        load(HEAD + "T9,Company,Nobody,,,,,,\n")
        assert set(ScreeningHit.objects.values_list("status", flat=True)) == {"LAPSED"}

    def test_a_replaced_version_is_not_searched(self, load):
        load(ENTRIES)
        load(ENTRIES.replace("T1", "T7"))
        found = record.look_up([record.Party("", ("Ningbo Shili Magnetics",))], least=85)
        assert [pair[1].entity.entity_id for pair in found] == ["T7"]
        assert set(ListedKey.objects.values_list("version__state", flat=True)) == {"READY"}

    def test_cost_the_same_queries_for_many_parties(self, load, django_assert_num_queries):
        load(ENTRIES)
        parties = [record.Party("x", (f"Ningbo Shili Magnetics {n}", "宁波示例磁材")) for n in range(12)]
        with django_assert_num_queries(4):
            record.look_up(parties[:1], least=85)
        with django_assert_num_queries(4):
            record.look_up(parties, least=85)

    def test_an_uploaded_list_is_read_by_a_worker(self, clauses, platform, officer):
        from documents import storing

        content = ENTRIES.encode()
        file = storing.store(content=content, name="list.csv", media_type="text/csv", book="rules")
        version, _is_new = screening.begin(code="up", name="Up", sha256="0" * 64, by=officer, file=file)
        errands.run(Errand.objects.get(kind=screening.LOAD).pk)
        version.refresh_from_db()
        assert (version.state, version.taken) == ("READY", 3)

    def test_a_case_needs_a_submitted_revision(self, life):
        assert certificates.start(by=life.drafter).hits.count() == 0
