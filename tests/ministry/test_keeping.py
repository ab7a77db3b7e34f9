"""Views under a name, the overview by mail, rules that warn once."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import Mock

import pypdf
import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse

from accounts.digests import INDIA
from accounts.models import Notice
from accounts.roles import Role
from ministry import asking, digesting, figures, folding, generating, warning
from ministry.models import Crossing, DigestChoice, Fact, Rule, SavedView, Total
from ministry.naming import Names
from tests.documents.conftest import key_settings, made_keys, sealing_key
from workflow import engine, errands
from workflow.models import Errand, Event

__all__ = ["key_settings", "made_keys", "sealing_key"]


@pytest.fixture
def colleague(make_actor, ministry):
    return make_actor("Chitra Colleague", ministry, Role.ANALYST)


class TestViews:
    def keep(self, client, name="Wind", **more):
        return client.post("/figures/issued/views/?group=sector&from=2026-01", {"name": name, **more})

    def test_lead_to_what_was_seen(self, analyst, client_for):
        client = client_for(analyst)
        assert self.keep(client).status_code == 302
        view = SavedView.objects.get()
        there = client.get(f"/figures/views/{view.key}/")["Location"]
        assert there == "/figures/issued/?group=sector&from=2026-01"
        assert client.get(there).status_code == 200
        self.keep(client, is_shared="on")
        assert SavedView.objects.get().is_shared

    def test_are_shared_with_colleagues_only_when_said_so(self, analyst, colleague, officer, client_for):
        self.keep(client_for(analyst))
        view = SavedView.objects.get()
        address = f"/figures/views/{view.key}/"
        assert client_for(colleague).get(address).status_code == 404
        self.keep(client_for(analyst), is_shared="on")
        assert client_for(colleague).get(address).status_code == 302
        assert "Wind" in client_for(colleague).get("/figures/views/").content.decode()
        assert client_for(officer).get(address).status_code == 404
        assert client_for(colleague).post(f"{address}remove/").status_code == 404
        assert client_for(analyst).post(f"{address}remove/").status_code == 302
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize("name", ["", "x" * 61])
    def test_need_a_name(self, analyst, client_for, name):
        assert self.keep(client_for(analyst), name)["Location"].startswith("/figures/issued/?")
        assert not SavedView.objects.exists()

    def test_are_not_without_end(self, analyst, client_for, monkeypatch):
        monkeypatch.setattr("ministry.views.keeping.MOST_VIEWS", 1)
        client = client_for(analyst)
        self.keep(client, "One")
        self.keep(client, "Two")
        assert [view.name for view in SavedView.objects.all()] == ["One"]


def nine(year, month, day, hour=9, minute=30):
    return datetime(year, month, day, hour, minute, tzinfo=INDIA)


class TestDigest:
    @pytest.mark.parametrize(
        ("every", "owed"),
        [
            ("DAY", [nine(2026, 11, 27), nine(2026, 11, 28)]),
            ("WEEK", [nine(2026, 11, 30)]),
            ("MONTH", [nine(2026, 12, 1)]),
            ("NEVER", []),
        ],
    )
    def test_is_owed_once_a_period(self, analyst, every, owed):
        digesting.choose(analyst, every, at=nine(2026, 11, 26, 12))
        hours = [nine(2026, 11, 26) + timedelta(hours=step) for step in range(0, 6 * 24)]
        found = [hour for hour in hours if digesting.owe(at=hour)]
        assert [hour.date() for hour in found][: len(owed)] == [hour.date() for hour in owed]
        assert all(hour.hour >= 9 for hour in found)
        assert digesting.owe(at=hours[-1]) == 0

    def test_of_a_period_that_has_begun_is_not_sent_late(self, analyst):
        digesting.choose(analyst, "MONTH", at=nine(2026, 11, 10))
        assert digesting.owe(at=nine(2026, 11, 11)) == 0

    def test_brings_the_overview_as_a_sealed_pdf(self, analyst, sealing_key):
        generating.generate(certificates=20, years=1, seed=3)
        digesting.choose(analyst, "DAY", at=nine(2026, 11, 26))
        digesting.owe(at=nine(2026, 11, 27))
        errand = Errand.objects.get(kind=digesting.SEND)
        assert errands.run(errand.pk)
        (message,) = mail.outbox
        assert message.to == [analyst.person.email]
        assert reverse("notice-settings") in message.body
        name, content, kind = message.attachments[0]
        assert (name, kind) == ("figures.pdf", "application/pdf")
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert "Certificates issued" in text
        assert not errands.run(errand.pk)

    def test_is_not_sent_to_who_left_or_wants_none(self, analyst, sealing_key):
        digesting.choose(analyst, "DAY", at=nine(2026, 11, 26))
        digesting.owe(at=nine(2026, 11, 27))
        digesting.owe(at=nine(2026, 11, 28))
        first, second = Errand.objects.filter(kind=digesting.SEND)
        analyst.person.memberships.update(is_active=False)
        assert errands.run(first.pk)
        analyst.person.memberships.update(is_active=True)
        DigestChoice.objects.update(every="NEVER")
        assert errands.run(second.pk)
        assert mail.outbox == []

    def test_is_chosen_on_the_settings_page(self, analyst, drafter, client_for):
        client = client_for(analyst)
        page = client.get(reverse("notice-settings")).content.decode()
        assert 'name="figures"' in page
        choices = {kind.value: "DAILY" for kind in Notice.Kind if kind not in Notice.MAILED_ELSEWHERE}
        assert client.post(reverse("notice-settings"), {**choices, "figures": "YEARLY"}).status_code == 422
        assert client.post(reverse("notice-settings"), {**choices, "figures": "WEEK"}).status_code == 302
        assert digesting.chosen(analyst) == "WEEK"
        assert client.post(reverse("notice-settings"), choices).status_code == 302
        assert digesting.chosen(analyst) == "WEEK"
        assert 'name="figures"' not in client_for(drafter).get(reverse("notice-settings")).content.decode()


def rule_of(by, query="", figure="undertakings", **columns):
    found, names = figures.FIGURES[figure], Names()
    parsed = asking.parse(found, QueryDict(query), names)
    columns = {"column": "n", "way": "ABOVE", "threshold": Decimal(2), **columns}
    return warning.keep(figure=found, query=parsed, names=names, by=by, **columns)


def count(number, status="BREACHED"):
    """So many undertakings in this status, in the totals alone."""
    row = Total.objects.filter(board="undertakings", dims="status", period="", a=status).first()
    more = number - (row.n if row else 0)
    folding._add(folding.deltas([], [Fact(board="undertakings", status=status, n=more)]))


class TestRules:
    DAY = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)

    def at(self, minutes):
        return self.DAY + timedelta(minutes=minutes)

    def test_tell_once_for_each_crossing(self, analyst):
        rule = rule_of(analyst, "status=BREACHED")
        told = []
        for minute, number in enumerate([1, 2, 3, 4, 3, 2, 2, 5, 5]):
            count(number)
            told.append(warning.watch(at=self.at(minute)))
        assert told == [0, 0, 1, 0, 0, 0, 0, 1, 0]
        assert Notice.objects.filter(code="figure-above", person=analyst.person).count() == 2
        log = list(Crossing.objects.filter(rule=rule).order_by("id").values_list("is_beyond", "value"))
        assert log == [(True, 3), (False, 2), (True, 5)]

    def test_weigh_kilograms_and_what_is_less(self, analyst):
        rule_of(analyst, figure="custody", column="quantity_mg", way="BELOW", threshold=Decimal("1.5"))
        folding._add(folding.deltas([], [Fact(board="custody", kind="ON_HAND", n=1, quantity_mg=1_600_000)]))
        assert warning.watch(at=self.at(0)) == 0
        folding._add(folding.deltas([], [Fact(board="custody", kind="ON_HAND", quantity_mg=-200_000)]))
        assert warning.watch(at=self.at(1)) == 1
        assert Crossing.objects.get().value == Decimal("1.4")

    @pytest.mark.parametrize(("first", "last"), [(11, 13), (22, 12)])
    def test_are_silent_in_quiet_hours_and_tell_when_they_end(self, analyst, first, last):
        rule_of(
            analyst, "status=BREACHED", quiet_from=first, quiet_to=last
        )  # it is half past eleven in India
        count(3)
        assert warning.watch(at=self.at(0)) == 0
        assert Crossing.objects.count() == 1
        assert warning.watch(at=self.at(5)) == 0
        assert warning.watch(at=self.at(120)) == 1
        assert warning.watch(at=self.at(121)) == 0

    def test_say_nothing_of_what_fell_back_meanwhile(self, analyst):
        rule_of(analyst, "status=BREACHED", quiet_from=11, quiet_to=13)
        count(3)
        warning.watch(at=self.at(0))
        count(0)
        assert warning.watch(at=self.at(120)) == 0
        assert Notice.objects.filter(code="figure-above").count() == 0

    def test_tell_colleagues_when_asked_to(self, analyst, colleague, officer, drafter):
        rule_of(analyst, "status=BREACHED", tells_everybody=True)
        count(3)
        warning.watch(at=self.at(0))
        assert set(Notice.objects.values_list("person", flat=True)) == {
            analyst.person.pk,
            colleague.person.pk,
        }

    def test_tell_nobody_who_left(self, analyst):
        rule_of(analyst, "status=BREACHED")
        analyst.person.memberships.update(is_active=False)
        count(3)
        warning.watch(at=self.at(0))
        assert not Notice.objects.exists()

    def test_that_die_half_way_tell_the_next_time(self, analyst, monkeypatch):
        rule_of(analyst, "status=BREACHED")
        count(3)
        with monkeypatch.context() as patched:
            patched.setattr("accounts.notices.tell", Mock(side_effect=RuntimeError))
            with pytest.raises(RuntimeError):
                warning.watch(at=self.at(0))
        assert not Crossing.objects.exists()
        assert warning.watch(at=self.at(1)) == 1

    def test_about_what_is_gone_stop_nobody(self, analyst):
        gone = rule_of(analyst)
        Rule.objects.filter(pk=gone.pk).update(query="colour=red")
        rule_of(analyst, "status=BREACHED")
        count(3)
        assert warning.watch(at=self.at(0)) == 1

    def test_are_read_together(self, analyst, django_assert_max_num_queries):
        for _number in range(12):
            rule_of(analyst, "status=BREACHED")
        warning.watch(at=self.at(0))
        with django_assert_max_num_queries(4):
            warning.watch(at=self.at(1))

    def test_that_were_changed_while_they_were_weighed_tell_nothing(self, analyst):
        rule = rule_of(analyst, "status=BREACHED")
        seen = Rule.objects.get(pk=rule.pk)
        Rule.objects.filter(pk=rule.pk).update(threshold=9)
        assert warning._judge(seen, Decimal(3), self.at(0)) == 0
        assert not Crossing.objects.exists()

    def test_of_another_cannot_be_changed(self, analyst, colleague):
        rule = rule_of(analyst)
        with pytest.raises(engine.NotAllowed):
            rule_of(colleague, rule=rule)

    def test_refuse_importers_and_too_many(self, analyst, drafter, monkeypatch):
        with pytest.raises(engine.NotAllowed):
            rule_of(drafter)
        monkeypatch.setattr(warning, "MOST", 1)
        rule_of(analyst)
        with pytest.raises(engine.NotAllowed):
            rule_of(analyst)

    def test_have_hours_in_the_database_that_make_sense(self, analyst):
        rule = rule_of(analyst)
        for hours in ({"quiet_from": 4}, {"quiet_from": 4, "quiet_to": 4}, {"quiet_from": 4, "quiet_to": 30}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Rule.objects.filter(pk=rule.pk).update(**{"quiet_from": None, "quiet_to": None, **hours})


class TestRulePages:
    FORM = {"column": "n", "way": "ABOVE", "threshold": "2", "quiet_from": "", "quiet_to": ""}

    def test_make_change_and_remove_a_rule(self, analyst, client_for):
        client = client_for(analyst)
        assert client.get("/figures/undertakings/rules/?status=BREACHED").status_code == 200
        assert client.post("/figures/undertakings/rules/?status=BREACHED", self.FORM).status_code == 302
        rule = Rule.objects.get()
        assert rule.query == "status=BREACHED"
        count(3)
        warning.watch()
        page = client.get("/figures/rules/").content.decode()
        assert "went beyond" in page
        changed = client.post(f"/figures/rules/{rule.key}/", {**self.FORM, "threshold": "7.5"})
        assert changed.status_code == 302
        rule.refresh_from_db()
        assert (rule.threshold, rule.crossed_at) == (Decimal("7.5"), None)
        assert client.post(f"/figures/rules/{rule.key}/remove/").status_code == 302
        assert warning.watch() == 0
        verbs = list(Event.objects.filter(verb__startswith="ministry.rule").values_list("verb", flat=True))
        assert verbs == ["ministry.rule.keep", "ministry.rule.change", "ministry.rule.remove"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("threshold", "many"),
            ("threshold", "NaN"),
            ("threshold", "1e30"),
            ("column", "nothing"),
            ("way", "ASIDE"),
            ("quiet_from", "25"),
            ("quiet_from", "5"),
        ],
    )
    def test_say_what_does_not_hold_and_lose_nothing(self, analyst, client_for, field, value):
        answer = client_for(analyst).post("/figures/undertakings/rules/", {**self.FORM, field: value})
        assert answer.status_code == 422
        assert not Rule.objects.exists()
        if field == "threshold":
            assert f'value="{value}"' in answer.content.decode()

    def test_know_no_sum_of_several_currencies(self, analyst, client_for):
        assert client_for(analyst).get("/figures/declared-value/rules/").status_code == 404

    def test_of_a_colleague_are_absent(self, analyst, colleague, client_for):
        rule = rule_of(analyst)
        client = client_for(colleague)
        assert client.get(f"/figures/rules/{rule.key}/").status_code == 404
        assert client.post(f"/figures/rules/{rule.key}/remove/").status_code == 404
