"""Drafting: pages are recorded when they hold and kept as typed when they do not; only its own people draft."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from documents import storing
from euc import completeness, demonstration, drafting, services, workflow
from euc.kinds import EvidenceKind
from euc.models import Certificate, GoodsLine, Party, Policy, Scratch, Undertaking
from workflow.engine import NotAllowed, WrongStatus


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


@pytest.fixture
def certificate(life):
    return services.start(by=life.drafter)


@pytest.fixture
def lines(life, certificate):
    """Four lines with grades a to d."""
    made = [drafting.add_line(certificate=certificate, by=life.drafter) for _ in range(4)]
    for line, grade in zip(made, "abcd", strict=True):
        drafting.record_line(certificate=certificate, by=life.drafter, line=line, columns={"grade": grade})
    return made


def grades(certificate):
    return [(line.number, line.grade) for line in certificate.goods.order_by("number")]


def a_file(certificate, name="a.png"):
    content = demonstration.picture(name)
    return storing.store(content=content, name=name, media_type="image/png", book=certificate.book)


VERBS = {
    "record_parties": {"parties": {}},
    "record_order": {"order": {"po_number": "PO-1"}},
    "add_line": {},
    "record_end_use": {"columns": {"product": "motor"}},
    "choose_clauses": {"codes": set()},
    "keep_typed": {"page": "order", "typed": {"po_number": ["x"]}, "errors": {}},
}
every_verb = pytest.mark.parametrize("verb", VERBS)


class TestEveryVerb:
    @every_verb
    def test_notes_who_drafted(self, life, certificate, verb):
        before = stored(certificate).changed_at
        getattr(drafting, verb)(certificate=certificate, by=life.signatory, **VERBS[verb])
        assert certificate.has_author(life.signatory.person)
        assert stored(certificate).changed_at > before

    @every_verb
    def test_is_not_for_another_importer(self, certificate, stranger, verb):
        with pytest.raises(NotAllowed):
            getattr(drafting, verb)(certificate=certificate, by=stranger, **VERBS[verb])
        assert not certificate.has_author(stranger.person)

    @every_verb
    @pytest.mark.parametrize("role", [Role.OFFICER, Role.SENIOR, Role.ANALYST, Role.ADMINISTRATOR])
    def test_is_not_for_other_roles(self, certificate, everybody, verb, role):
        with pytest.raises(NotAllowed):
            getattr(drafting, verb)(certificate=certificate, by=everybody[role], **VERBS[verb])

    @every_verb
    @pytest.mark.parametrize("status", [workflow.SUBMITTED, workflow.ISSUED, workflow.WITHDRAWN])
    def test_is_over_when_it_is_no_draft(self, life, verb, status):
        with pytest.raises(WrongStatus, match="cannot be edited"):
            getattr(drafting, verb)(certificate=life.in_status(status), by=life.drafter, **VERBS[verb])

    @every_verb
    def test_is_possible_again_after_a_return(self, life, verb):
        getattr(drafting, verb)(certificate=life.returned(), by=life.drafter, **VERBS[verb])


class TestKeepTyped:
    def keep(self, certificate, by, line=0, **typed):
        drafting.keep_typed(
            certificate=certificate, by=by, page="goods", typed=typed, errors={"grade": ["No."]}, line=line
        )

    def test_keeps_a_page_exactly_as_typed(self, life, certificate):
        self.keep(certificate, life.drafter, grade=["  1_000 ", "ठीक"], dy=[""])
        scratch = Scratch.objects.get()
        assert scratch.typed == {"grade": ["  1_000 ", "ठीक"], "dy": [""]}
        assert scratch.errors == {"grade": ["No."]}
        assert scratch.saved_by == life.drafter.person

    def test_keeps_the_last_of_each_page_and_line(self, life, certificate):
        self.keep(certificate, life.drafter, grade=["a"])
        self.keep(certificate, life.drafter, grade=["b"])
        self.keep(certificate, life.drafter, line=1, grade=["c"])
        assert [s.typed["grade"] for s in Scratch.objects.order_by("line")] == [["b"], ["c"]]

    def test_is_forgotten_when_the_page_holds(self, life, certificate, lines):
        self.keep(certificate, life.drafter, line=1, grade=["x"])
        self.keep(certificate, life.drafter, line=2, grade=["y"])
        drafting.record_line(certificate=certificate, by=life.drafter, line=lines[0], columns={"grade": "x"})
        assert [s.line for s in Scratch.objects.all()] == [2]

    def test_holds_back_the_submission(self, life):
        certificate = life.draft()
        self.keep(certificate, life.drafter, grade=["x"])
        assert [m.page for m in completeness.misses(stored(certificate))] == ["goods"]

    def test_bounds_what_is_kept_of_a_field(self, life, certificate):
        self.keep(certificate, life.drafter, grade=["x" * 100_000])
        assert len(Scratch.objects.get().typed["grade"][0]) == drafting.LONGEST_KEPT

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(), max_size=30))
    def test_survives_any_text(self, life, certificate, text):
        """Lone surrogates and NUL included; everything else comes back unchanged."""
        self.keep(certificate, life.drafter, grade=[text])
        (kept,) = Scratch.objects.get().typed["grade"]
        sound = "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
        assert (kept == text) if sound else ("\x00" not in kept)


class TestRecordParties:
    def test_records_by_role(self, life, certificate):
        exporter = {"name": "Ningbo Magnets", "name_zh": "宁波", "country": "CN"}
        user = {"same_as_importer": False, "name": "Maker Limited", "country": "IN"}
        drafting.record_parties(
            certificate=certificate,
            by=life.drafter,
            parties={Party.Role.EXPORTER: exporter, Party.Role.END_USER: user},
        )
        names = {party.role: party.name for party in stored(certificate).parties_by_role().values()}
        assert names == {"EXPORTER": "Ningbo Magnets", "END_USER": "Maker Limited"}
        assert stored(certificate).exporter_name == "Ningbo Magnets"


class TestGoodsLines:
    def test_are_numbered_from_one(self, certificate, lines):
        assert grades(certificate) == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]

    @pytest.mark.parametrize(
        ("gone", "left"),
        [
            (0, [(1, "b"), (2, "c"), (3, "d")]),
            (1, [(1, "a"), (2, "c"), (3, "d")]),
            (3, [(1, "a"), (2, "b"), (3, "c")]),
        ],
    )
    def test_close_the_gap_of_a_removed_one(self, life, certificate, lines, gone, left):
        drafting.remove_line(certificate=certificate, by=life.drafter, line=lines[gone])
        assert grades(certificate) == left

    def test_take_what_was_typed_along(self, life, certificate, lines):
        for number in (1, 2, 4):
            drafting.keep_typed(
                certificate=certificate,
                by=life.drafter,
                page="goods",
                typed={"n": [str(number)]},
                errors={},
                line=number,
            )
        drafting.remove_line(certificate=certificate, by=life.drafter, line=lines[1])
        assert {s.line: s.typed["n"] for s in Scratch.objects.all()} == {1: ["1"], 3: ["4"]}

    @pytest.mark.parametrize("verb", ["remove_line", "record_line"])
    def test_refuse_a_line_removed_meanwhile(self, life, certificate, lines, verb):
        drafting.remove_line(certificate=certificate, by=life.drafter, line=lines[1])
        given = {"columns": {"grade": "x"}} if verb == "record_line" else {}
        with pytest.raises(WrongStatus, match="removed meanwhile"):
            getattr(drafting, verb)(certificate=certificate, by=life.drafter, line=lines[1], **given)
        assert grades(certificate) == [(1, "a"), (2, "c"), (3, "d")]

    def test_refuse_a_line_of_another_certificate(self, life, certificate, lines):
        other = services.start(by=life.drafter)
        with pytest.raises(WrongStatus):
            drafting.remove_line(certificate=other, by=life.drafter, line=lines[0])
        assert len(grades(certificate)) == 4

    def test_are_copied_to_the_end(self, life, certificate, lines):
        copied = drafting.copy_line(certificate=certificate, by=life.drafter, line=lines[1])
        assert (copied.number, copied.grade) == (5, "b")
        assert copied.pk != lines[1].pk

    def test_are_at_most_three_hundred(self, life, certificate):
        GoodsLine.objects.bulk_create(
            GoodsLine(certificate=certificate, number=n) for n in range(1, completeness.MOST_LINES + 1)
        )
        with pytest.raises(NotAllowed, match="300"):
            drafting.add_line(certificate=certificate, by=life.drafter)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        acts=st.lists(st.tuples(st.sampled_from(["add", "copy", "remove"]), st.integers(0, 20)), max_size=15)
    )
    def test_stay_numbered_without_gap_whatever_is_done(self, life, certificate, acts):
        GoodsLine.objects.filter(certificate=certificate).delete()
        expected = []
        for step, (act, pick) in enumerate(acts):
            found = list(certificate.goods.order_by("number"))
            if act == "add" or not found:
                line = drafting.add_line(certificate=certificate, by=life.drafter)
                drafting.record_line(
                    certificate=certificate, by=life.drafter, line=line, columns={"grade": str(step)}
                )
                expected.append(str(step))
            elif act == "copy":
                drafting.copy_line(certificate=certificate, by=life.drafter, line=found[pick % len(found)])
                expected.append(expected[pick % len(found)])
            else:
                drafting.remove_line(certificate=certificate, by=life.drafter, line=found[pick % len(found)])
                del expected[pick % len(found)]
        assert grades(certificate) == list(enumerate(expected, 1))


class TestChooseClauses:
    def codes(self, certificate):
        undertaking = Undertaking.objects.get(certificate=certificate)
        return set(undertaking.clauses.values_list("clause__code", flat=True))

    def of_policy(self, policy):
        return set(Policy.objects.filter(stance=policy, template="").values_list("clause_code", flat=True))

    def test_always_gives_the_required_ones(self, life, certificate):
        drafting.choose_clauses(certificate=certificate, by=life.drafter, codes=set())
        assert self.codes(certificate) == self.of_policy("REQUIRED")

    def test_adds_and_takes_back_offered_ones(self, life, certificate):
        offered = self.of_policy("OFFERED")
        drafting.choose_clauses(certificate=certificate, by=life.drafter, codes=offered)
        assert self.codes(certificate) == self.of_policy("REQUIRED") | offered
        drafting.choose_clauses(certificate=certificate, by=life.drafter, codes=set())
        assert self.codes(certificate) == self.of_policy("REQUIRED")

    def test_ignores_what_is_not_offered(self, life, certificate):
        Policy.objects.filter(stance="OFFERED").update(stance="OFF")
        drafting.choose_clauses(
            certificate=certificate, by=life.drafter, codes={"FORGED", *self.of_policy("OFF")}
        )
        assert self.codes(certificate) == self.of_policy("REQUIRED")


class TestEvidence:
    def test_is_attached_and_taken_out_but_stays_stored(self, life, certificate):
        file = a_file(certificate)
        evidence = drafting.add_evidence(
            certificate=certificate, by=life.drafter, kind=EvidenceKind.CONTRACT, file=file, name="a.png"
        )
        assert stored(certificate).current_evidence() == [evidence]
        drafting.remove_evidence(certificate=certificate, by=life.signatory, evidence=evidence)
        assert stored(certificate).current_evidence() == []
        evidence.refresh_from_db()
        assert evidence.removed_by == life.signatory.person
        assert storing.read(file)

    def test_is_attached_once_to_one_thing(self, life, certificate):
        file = a_file(certificate)

        def attach(kind, **more):
            return drafting.add_evidence(
                certificate=certificate, by=life.drafter, kind=kind, file=file, name="a.png", **more
            )

        first = attach(EvidenceKind.CONTRACT)
        with pytest.raises(drafting.SameFile, match=r"already, as “a\.png”"):
            attach(EvidenceKind.CONTRACT)
        second = attach(EvidenceKind.OTHER)
        assert second.twins() == [first]
        drafting.remove_evidence(certificate=certificate, by=life.drafter, evidence=first)
        assert second.twins() == []
        assert attach(EvidenceKind.CONTRACT) != first

    def test_of_a_line_follows_it_and_goes_with_it(self, life):
        certificate = life.draft()
        one = certificate.goods.get()
        two = drafting.copy_line(certificate=certificate, by=life.drafter, line=one)
        drafting.copy_line(certificate=certificate, by=life.drafter, line=one)
        for number in (2, 3):
            drafting.add_evidence(
                certificate=certificate,
                by=life.drafter,
                kind=EvidenceKind.OTHER,
                file=a_file(certificate, f"line {number}"),
                name=f"{number}.png",
                line=number,
            )
        drafting.remove_line(certificate=certificate, by=life.drafter, line=two)
        left = {e.name: e.line for e in stored(certificate).current_evidence() if e.kind == "OTHER"}
        assert left == {"3.png": 2}
        with pytest.raises(WrongStatus, match="removed meanwhile"):
            drafting.add_evidence(
                certificate=certificate,
                by=life.drafter,
                kind=EvidenceKind.OTHER,
                file=a_file(certificate),
                name="x.png",
                line=3,
            )

    def test_is_not_taken_out_of_another_certificate(self, life, certificate):
        other = services.start(by=life.drafter)
        evidence = drafting.add_evidence(
            certificate=certificate,
            by=life.drafter,
            kind=EvidenceKind.CONTRACT,
            file=a_file(certificate),
            name="a.png",
        )
        drafting.remove_evidence(certificate=other, by=life.drafter, evidence=evidence)
        assert stored(certificate).current_evidence() == [evidence]


class TestCopy:
    def test_takes_parties_goods_and_end_use_and_leaves_the_order_open(self, life):
        source = life.issued()
        draft = drafting.copy(source=source, by=life.drafter)
        assert (draft.status, draft.po_number, draft.po_date) == (workflow.DRAFT, "", None)
        assert draft.reference != source.reference
        assert draft.token != source.token
        assert draft.exporter_name == source.exporter_name
        assert [line.description for line in draft.lines()] == [line.description for line in source.lines()]
        assert draft.lines()[0].dy == Decimal("2.500")
        assert draft.end_use.purpose == source.end_use.purpose
        assert draft.parties_by_role().keys() == source.parties_by_role().keys()
        assert draft.supersedes is None

    def test_takes_no_evidence_and_no_approval(self, life):
        draft = drafting.copy(source=life.issued(), by=life.drafter)
        assert draft.current_evidence() == []
        assert (draft.approved_by, draft.revision_number, draft.content_hash) == (None, 0, "")

    def test_takes_the_place_of_an_issued_one_when_asked(self, life):
        source = life.issued()
        assert drafting.copy(source=source, by=life.drafter, supersede=True).supersedes == source

    @pytest.mark.parametrize(
        "status", [workflow.DRAFT, workflow.REVOKED, workflow.SUPERSEDED, workflow.REJECTED]
    )
    def test_takes_no_place_where_none_can_be_taken(self, life, status):
        source = life.in_status(status)
        with pytest.raises(WrongStatus, match="cannot be superseded"):
            drafting.copy(source=source, by=life.drafter, supersede=True)

    def test_is_not_for_others(self, life, stranger, officer):
        source = life.issued()
        for actor in (stranger, officer):
            with pytest.raises(NotAllowed):
                drafting.copy(source=source, by=actor)

    def test_can_be_finished_and_issued_in_its_place(self, life):
        source = life.issued()
        draft = drafting.copy(source=source, by=life.drafter, supersede=True)
        order = {"po_number": "PO-NEW", "po_date": date(2026, 11, 2)}
        drafting.record_order(certificate=draft, by=life.drafter, order=order)
        for kind in ("COMPOSITION_REPORT", "BOARD_RESOLUTION"):
            drafting.add_evidence(
                certificate=draft, by=life.drafter, kind=kind, file=a_file(draft, kind), name=f"{kind}.png"
            )
        draft = stored(draft)
        life.submit(draft)
        life.approve(draft)
        life.issue(draft)
        assert stored(source).status == workflow.SUPERSEDED
