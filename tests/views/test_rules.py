"""The pages of the control rules: what applied on a day, one rule, proposing, adopting."""

from datetime import date

import pytest

from euc import control, demonstration, rule_forms, ruling, ruling_words, services, workflow
from euc.models import ControlRule
from tests.euc.test_ruling import DYSPROSIUM

EVERYBODY = ["drafter", "signatory", "officer", "senior", "auditor", "analyst"]
YES = {"seen_hash": ""}
TYPED = {
    "code": "CN-99-2026-DY",
    "announcement": "MOFCOM No. 99 of 2026",
    "limb": "dysprosium",
    "title": "magnets with dysprosium",
    "effect": "LICENCE",
    "origin": "CHINA",
    "families": ["NDFEB_SINTERED"],
    "elements": ["dy"],
    "forms": ["MAGNET", "POWDER"],
    "doubtful_forms": ["POWDER"],
    "threshold": "0.1",
    "threshold_status": "TRADE_PRACTICE",
    "threshold_elements": ["tb", "dy"],
    "codes": "1C999.a, 1C998.b",
    "hs_codes": "8505111000",
    "effective_from": "01-01-2026",
    "suspended_from": "02-02-2026",
    "suspended_until": "03-03-2026",
    "suspended_by": "No. 100",
    "source": "A test",
    "confidence": "MEDIUM",
    "doubt": "Much.",
}


@pytest.fixture
def proposal(officer):
    return ruling.propose(by=officer, columns=DYSPROSIUM, code="CN-99-2026-DY")


def page(client_for, actor, address, status=200):
    answer = client_for(actor).get(address)
    assert answer.status_code == status
    return answer.content.decode()


class TestListing:
    @pytest.mark.parametrize("who", EVERYBODY)
    def test_is_read_by(self, client_for, who, request):
        shown = page(client_for, request.getfixturevalue(who), "/rules/")
        assert "MOFCOM No. 61 of 2025, limb 1(3)" in shown
        assert 'href="/rules/" aria-current="page"' in shown

    def test_is_not_read_by_administrators(self, client_for, administrator):
        page(client_for, administrator, "/rules/", 403)

    @pytest.mark.parametrize(
        ("on", "states"),
        [
            ("08-04-2025", {"in force", "not yet in effect"}),
            ("20-10-2025", {"in force", "not yet in effect"}),
            ("20-05-2026", {"in force", "suspended"}),
            ("11-11-2026", {"in force", "suspended", "unconfirmed"}),  # No. 72 runs to 27 November
            ("28-11-2026", {"in force", "unconfirmed"}),
        ],
    )
    def test_says_what_applied_on(self, client_for, auditor, on, states):
        answer = client_for(auditor).get("/rules/", {"on": on})
        assert f"What applied on {on}" in answer.content.decode()
        assert {str(line.label) for line in answer.context["lines"]} == states

    def test_takes_other_ways_to_write_a_day(self, client_for, auditor):
        assert "What applied on 20-05-2026" in page(client_for, auditor, "/rules/?on=2026-05-20")

    @pytest.mark.parametrize("on", ["31-02-2026", "yesterday", "%00", "01-01-1950", "9" * 500, "٠١-٠١-٢٠٢٦"])
    def test_refuses_what_is_no_day(self, client_for, auditor, on):
        assert "There is a problem" in page(client_for, auditor, f"/rules/?on={on}", 422)

    def test_shows_today_for_an_empty_day(self, client_for, auditor):
        today = control.day(control.day_in_china())
        assert f"What applied on {today}" in page(client_for, auditor, "/rules/?on=")

    def test_draws_no_inline_style(self, client_for, auditor):
        shown = page(client_for, auditor, "/rules/")
        assert "<svg" in shown
        assert "style=" not in shown

    def test_shows_proposals_to_the_authority_only(self, client_for, proposal, officer, drafter, analyst):
        assert "MOFCOM No. 99 of 2026" in page(client_for, officer, "/rules/")
        for outsider in (drafter, analyst):
            assert "MOFCOM No. 99 of 2026" not in page(client_for, outsider, "/rules/")
            page(client_for, outsider, f"/rules/{proposal.reference}/", 404)

    def test_asks_the_same_queries_for_any_number_of_rules(self, queries_of, officer):
        before = queries_of(officer, "/rules/")
        rules = [ControlRule(**DYSPROSIUM, code=f"N-{n}", reference=f"N-{n}-v1", proposed_by=officer.person)
                 for n in range(30)]  # fmt: skip
        ControlRule.objects.bulk_create(rules)
        ControlRule.objects.filter(code__startswith="N-1").update(is_shipped=True, status=workflow.ADOPTED)
        assert queries_of(officer, "/rules/") == before

    def test_pages_many_rules(self, client_for, officer):
        ControlRule.objects.bulk_create(
            ControlRule(**DYSPROSIUM, code=f"N-{n}", reference=f"N-{n}-v1", proposed_by=officer.person,
                        is_shipped=True, status=workflow.ADOPTED)
            for n in range(60)
        )  # fmt: skip
        first = client_for(officer).get("/rules/")
        second = client_for(officer).get("/rules/" + first.context["page"].next_url)
        seen = {line.rule.pk for answer in (first, second) for line in answer.context["lines"]}
        assert len(seen) == ControlRule.objects.count()


class TestDetail:
    def test_says_everything_of_a_shipped_rule(self, client_for, drafter):
        shown = page(client_for, drafter, "/rules/CN-61-2025-1-3-v1/")
        for words in (
            "What follows is not confirmed",
            "10-01-2027",
            "no officer has checked it",
            "Shipped with",
        ):
            assert words in shown

    def test_shows_history_and_buttons(self, client_for, proposal, second_officer, officer):
        assert "/rules/CN-99-2026-DY-v1/adopt/" in page(
            client_for, second_officer, "/rules/CN-99-2026-DY-v1/"
        )
        shown = page(client_for, officer, "/rules/CN-99-2026-DY-v1/")
        assert "/rules/CN-99-2026-DY-v1/adopt/" not in shown
        assert "Proposed" in shown

    def test_calls_the_threshold_trade_practice(self, client_for, drafter):
        shown = page(client_for, drafter, "/rules/CN-18-2025-DY-v1/")
        assert "0.1 mass % of Tb, Dy together: trade practice, not law" in shown

    @pytest.mark.parametrize("reference", ["nothing", "CN-18-2025-DY", "CN-18-2025-DY-v9"])
    def test_does_not_find(self, client_for, officer, reference):
        page(client_for, officer, f"/rules/{reference}/", 404)


class TestPropose:
    def test_writes_a_rule_for_another_officer(self, client_for, officer):
        answer = client_for(officer).post("/rules/new/", TYPED)
        assert answer.headers.get("Location") == "/rules/CN-99-2026-DY-v1/", answer.content.decode()
        rule = ControlRule.objects.get(code="CN-99-2026-DY")
        assert rule.status == workflow.PROPOSED
        assert rule.codes == ["1C999.a", "1C998.b"]
        assert (rule.doubtful_forms, rule.threshold_elements) == (["POWDER"], ["tb", "dy"])
        assert (rule.effective_from, rule.suspended_until) == (date(2026, 1, 1), date(2026, 3, 3))
        assert page(client_for, officer, answer.headers["Location"])

    def test_starts_the_next_version_with_the_one_in_use(self, client_for, officer, senior):
        address = "/rules/new/?replaces=CN-61-2025-1-3-v1"
        assert "10-11-2026" in page(client_for, officer, address)
        form = client_for(officer).get("/rules/new/?replaces=CN-18-2025-DY-v1").context["form"]
        assert form["confirmed"].value() is False  # nobody is said to have checked what they did not
        typed = {key: value for key, value in TYPED.items() if key != "code"} | {"end_confirmed": "on"}
        answer = client_for(officer).post(address, typed)
        assert answer.headers["Location"] == "/rules/CN-61-2025-1-3-v2/"
        answer = client_for(senior).post("/rules/CN-61-2025-1-3-v2/adopt/", YES)
        assert answer.status_code == 302
        assert ControlRule.objects.get(reference="CN-61-2025-1-3-v1").status == workflow.SUPERSEDED

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("code", "lower case"),
            ("code", "../x"),
            ("announcement", ""),
            ("title", "x" * 201),
            ("title", "a\u202eb"),
            ("effect", "EVERYTHING"),
            ("families", ["GOLD"]),
            ("elements", []),
            ("elements", ["xx"]),
            ("doubtful_forms", ["FINISHED_GOOD"]),
            ("threshold", "101"),
            ("threshold", "1e1"),
            ("threshold", ""),
            ("threshold_status", ""),
            ("codes", "1C905.a; DROP TABLE"),
            ("hs_codes", "85"),
            ("effective_from", "31-02-2026"),
            ("effective_from", ""),
            ("suspended_from", ""),
            ("suspended_until", "01-02-2026"),
            ("confidence", "SURE"),
            ("doubt", "x" * 1001),
            ("doubt", "\x00"),
        ],
    )
    def test_refuses(self, client_for, officer, name, value):
        answer = client_for(officer).post("/rules/new/", TYPED | {name: value})
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
        assert not ControlRule.objects.filter(status=workflow.PROPOSED).exists()

    def test_refuses_a_name_that_is_taken(self, client_for, officer, proposal):
        answer = client_for(officer).post("/rules/new/", TYPED)
        assert answer.status_code == 409
        assert "There is a rule CN-99-2026-DY already." in answer.content.decode()

    @pytest.mark.parametrize("who", ["drafter", "signatory", "auditor", "analyst", "administrator"])
    def test_is_closed_to(self, client_for, who, request):
        client = client_for(request.getfixturevalue(who))
        assert client.get("/rules/new/").status_code == 403
        assert client.post("/rules/new/", TYPED).status_code == 403

    @pytest.mark.parametrize("replaces", ["nothing", "%00", "x" * 3000])
    def test_does_not_find_what_to_replace(self, client_for, officer, replaces):
        page(client_for, officer, f"/rules/new/?replaces={replaces}", 404)


class TestAdopt:
    def test_lists_the_certificates_it_touches(self, client_for, proposal, issued, drafter, second_officer):
        draft = demonstration.complete_draft(by=drafter, po_number="PO-2")
        shown = page(client_for, second_officer, "/rules/CN-99-2026-DY-v1/adopt/")
        assert issued.reference in shown
        assert draft.reference not in shown
        assert "1 issued, 0 open" in shown

    def test_shows_what_the_next_version_changes(self, client_for, officer, second_officer):
        known = ControlRule.objects.get(code="CN-61-2025-1-3")
        columns = {name: getattr(known, name) for name in rule_forms.COPIED}
        ruling.propose(by=officer, columns=columns | {"end_confirmed": True}, supersedes=known)
        answer = client_for(second_officer).get("/rules/CN-61-2025-1-3-v2/adopt/")
        (change,) = [row for row in answer.context["changes"] if row["label"] == "Suspension"]
        assert "What follows is not confirmed" in change["old"]
        assert "in force again afterwards is confirmed" in change["new"]
        assert {row["label"] for row in answer.context["changes"]} == {"Suspension", "Checked"}

    def test_is_taken_by_another_officer(self, client_for, proposal, officer, second_officer):
        address = "/rules/CN-99-2026-DY-v1/adopt/"
        assert client_for(officer).get(address).status_code == 409
        assert client_for(officer).post(address, YES).status_code == 403
        assert client_for(second_officer).post(address, YES).status_code == 302
        proposal.refresh_from_db()
        assert proposal.status == workflow.ADOPTED
        assert client_for(second_officer).post(address, YES).status_code == 409

    def test_asks_the_same_queries_for_any_number_of_certificates(
        self, queries_of, proposal, submitted, drafter, signatory, second_officer
    ):
        address = "/rules/CN-99-2026-DY-v1/adopt/"
        one = queries_of(second_officer, address)
        for number in range(4):
            draft = demonstration.complete_draft(by=drafter, po_number=f"PO-N{number}")
            services.submit(certificate=draft, by=signatory, notice_seen=True)
        assert queries_of(second_officer, address) == one

    @pytest.mark.parametrize("verb", ["supersede", "nothing", "delete"])
    def test_knows_no_other_verb(self, client_for, proposal, second_officer, verb):
        page(client_for, second_officer, f"/rules/CN-99-2026-DY-v1/{verb}/", 404)


class TestRepeal:
    def test_asks_from_which_day(self, client_for, senior):
        address = "/rules/CN-1-2026-v1/repeal/"
        assert "Repealed from" in page(client_for, senior, address)
        assert client_for(senior).post(address, {"reason": "No. 200"}).status_code == 422
        typed = {"reason": "No. 200", "repealed_on": "01-12-2026"}
        assert client_for(senior).post(address, typed).status_code == 302
        assert ControlRule.objects.get(code="CN-1-2026").repealed_on == date(2026, 12, 1)

    def test_is_for_senior_officers(self, client_for, officer, drafter):
        typed = {"reason": "No. 200", "repealed_on": "01-12-2026"}
        for actor, status in ((officer, 409), (drafter, 403)):
            assert client_for(actor).post("/rules/CN-1-2026-v1/repeal/", typed).status_code == 403
            page(client_for, actor, "/rules/CN-1-2026-v1/repeal/", status)


class TestPicture:
    def test_places_the_spans_of_a_life(self):
        rule = ControlRule.objects.get(code="CN-61-2025-1-3")
        frame = ruling_words.picture([rule], date(2026, 5, 20))
        spans = ruling_words.spans(rule, frame)
        assert [(span.state, span.first, span.last) for span in spans] == [
            ("in_force", date(2025, 10, 9), date(2025, 11, 6)),
            ("suspended", date(2025, 11, 7), date(2026, 11, 10)),
            ("unconfirmed", date(2026, 11, 11), None),
        ]
        assert all(span.x + span.width <= ruling_words.WIDTH + 2 for span in spans)
        assert [span.x for span in spans] == sorted(span.x for span in spans)
        assert 0 < frame.mark < ruling_words.WIDTH

    def test_shows_a_rule_that_was_suspended_before_it_began(self):
        rule = ControlRule.objects.get(code="CN-57-2025-HO")
        spans = ruling_words.spans(rule, ruling_words.picture([rule], date(2026, 5, 20)))
        assert [span.state for span in spans] == ["suspended", "unconfirmed"]

    def test_stands_without_rules(self):
        assert ruling_words.picture([], date(2026, 5, 20)).mark > 0
