"""What the control rules say of a goods line stands beside what the drafter declared, for drafter and reviewer."""

import json
from datetime import date

import pytest
import time_machine

from euc import content, printing, services
from euc.models import ControlRule, GoodsLine, Revision


def page(client_for, actor, address):
    return client_for(actor).get(address).content.decode()


class TestDraftedLine:
    def test_shows_the_assessment_of_today_with_reasons_and_sources(self, client_for, draft, drafter, url):
        shown = page(client_for, drafter, url(draft, "draft/goods/1/"))
        assert "Under the control rules as of" in shown
        assert "1C904.a, 1C905.a" in shown
        assert "MOFCOM and GAC No. 18 of 2025, dysprosium" in shown
        assert "differ from the assessment" not in shown

    def test_warns_of_other_codes_than_the_rules_have(self, client_for, draft, drafter, url):
        GoodsLine.objects.update(control_codes="1C902.a")
        shown = page(client_for, drafter, url(draft, "draft/goods/1/"))
        assert "not declared: 1C904.a, 1C905.a; declared without ground: 1C902.a" in shown

    def test_asks_for_what_is_missing(self, client_for, draft, drafter, url):
        GoodsLine.objects.update(dy=None, tb=None)
        shown = page(client_for, drafter, url(draft, "draft/goods/1/"))
        assert "not known whether controlled" in shown
        assert "The content of Dy is not stated" in shown

    def test_keeps_the_form_of_the_goods(self, client_for, draft, drafter, url):
        answer = client_for(drafter).post(url(draft, "draft/goods/1/"), {"form": "ROTOR_ASSEMBLY"})
        assert answer.status_code == 302
        assert GoodsLine.objects.get().form == "ROTOR_ASSEMBLY"
        client_for(drafter).post(url(draft, "draft/goods/1/"), {})
        assert GoodsLine.objects.get().form == "MAGNET"

    def test_takes_no_other_form(self, client_for, draft, drafter, url):
        assert client_for(drafter).post(url(draft, "draft/goods/1/"), {"form": "LUMP"}).status_code == 422


class TestReviewedLine:
    def test_shows_the_assessment_to_the_officer(self, client_for, submitted, officer, url):
        shown = page(client_for, officer, url(submitted))
        assert "Under the control rules as of" in shown
        assert "MOFCOM No. 61 of 2025, limb 1(3)" in shown

    def test_shows_doubts_without_unfolding_anything(self, client_for, submitted, officer, url):
        with time_machine.travel("2026-11-23T12:00:00Z"):
            shown = page(client_for, officer, url(submitted))
        before_details = shown.split('class="assessment"')[1].split("<details>")[0]
        assert "An extension to 10-01-2027 is reported but unconfirmed" in before_details

    def test_warns_of_other_codes_than_the_rules_have(self, client_for, draft, signatory, officer, url):
        GoodsLine.objects.update(control_codes="")
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        assert "codes" in draft.risk_reasons
        shown = page(client_for, officer, url(draft))
        assert "not declared: 1C904.a, 1C905.a" in shown
        assert "declared control codes differ from the assessment" in shown

    def test_says_what_has_changed_since_the_submission(self, client_for, draft, signatory, officer, url):
        with time_machine.travel("2026-11-10T12:00:00Z"):
            services.submit(certificate=draft, by=signatory, notice_seen=True)
        with time_machine.travel("2026-11-11T12:00:00Z"):
            shown = page(client_for, officer, url(draft))
        assert "On 10-11-2026: controlled, codes 1C904.a, 1C905.a, re-export rule suspended." in shown

    @pytest.mark.parametrize("lines", [2, 40])
    def test_asks_the_same_queries_for_any_number_of_lines(self, queries_of, draft, drafter, url, lines):
        row = GoodsLine.objects.get()
        one = queries_of(drafter, url(draft))
        columns = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname != "id"}
        GoodsLine.objects.bulk_create(GoodsLine(**(columns | {"number": n})) for n in range(2, lines + 1))
        assert queries_of(drafter, url(draft)) == one


class TestRevision:
    def test_keeps_the_assessment_of_the_day_in_china(self, draft, signatory):
        with time_machine.travel("2026-11-10T16:30:00Z"):  # 11 November in China, 10 November in India
            services.submit(certificate=draft, by=signatory, notice_seen=True)
        kept = Revision.objects.get().content["goods"][0]["assessment"]
        assert kept["on"] == "2026-11-11"
        assert kept["controlled"] is True
        assert kept["codes"] == ["1C904.a", "1C905.a"]
        assert kept["reexport_rule"] == "unconfirmed"
        assert all(set(reason) == {"text", "source", "confidence"} for reason in kept["why"])

    def test_is_not_changed_by_a_rule_that_is(self, issued):
        revision = Revision.objects.get()
        before = json.dumps(revision.content, sort_keys=True)
        printed = printing.certificate_json(content=revision.content, issue=issued.issue_block)
        ControlRule.objects.filter(code="CN-18-2025-DY").update(
            title="another", codes=["9X999"], repealed_on=date(2025, 5, 1)
        )
        revision.refresh_from_db()
        assert json.dumps(revision.content, sort_keys=True) == before
        assert content.digest(revision.content) == revision.content_hash == issued.issued_hash
        assert printing.certificate_json(content=revision.content, issue=issued.issue_block) == printed

    def test_without_an_assessment_prints_and_shows_as_ever(
        self, client_for, submitted, officer, url, monkeypatch
    ):
        """Revisions from before there were rules hold neither form nor assessment."""
        old = json.loads(json.dumps(Revision.objects.get().content))
        for line in old["goods"]:
            del line["assessment"], line["form"]
        monkeypatch.setattr(Revision, "content", old)
        shown = page(client_for, officer, url(submitted))
        assert "Under the control rules as of" in shown
        assert "changed since the submission" not in shown
        assert client_for(officer).get(url(submitted, "preview/")).status_code == 200

    def test_does_not_refuse_signs_that_only_a_reason_holds(self, draft, signatory):
        ControlRule.objects.filter(code="CN-18-2025-DY").update(title="\U0001f9f2 magnets")
        services.submit(certificate=draft, by=signatory, notice_seen=True)
        assert "\U0001f9f2" in json.dumps(Revision.objects.get().content, ensure_ascii=False)

    def test_tells_what_the_rules_changed_between_two_revisions(
        self, client_for, draft, signatory, officer, url
    ):
        with time_machine.travel("2026-11-10T12:00:00Z"):
            services.submit(certificate=draft, by=signatory, notice_seen=True)
            services.send_back(certificate=draft, by=officer, reason="again")
        with time_machine.travel("2026-11-11T12:00:00Z"):
            services.submit(certificate=draft, by=signatory, notice_seen=True)
            shown = page(client_for, officer, url(draft, "changes/"))
        assert "Goods line 1: assessment re-export rule" in shown
        assert "An officer must check" not in shown
