"""The law is a table: checked when declared, asked by role and status, drawn as a diagram."""

from types import SimpleNamespace

import pytest

from workflow import law
from workflow.law import Miss, Step, Workflow

OPEN, SHUT, GONE = "OPEN", "SHUT", "GONE"
KEEPER, VISITOR = frozenset({"KEEPER"}), frozenset({"VISITOR"})


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(law, "REGISTRY", {})


def barred(subject, by):
    return "Not on Mondays." if subject.is_monday else ""


def lacks_key(subject):
    return [] if subject.has_key else [Miss("hall", "key", "There is no key.")]


def door(*steps, **given):
    default = (
        Step("shut", frozenset({OPEN}), SHUT, KEEPER | VISITOR, "Shut", needs=(lacks_key,)),
        Step("open", frozenset({SHUT}), OPEN, KEEPER, "Open", unless=(barred,)),
        Step("rot", frozenset({OPEN, SHUT}), GONE, KEEPER, "Rot", inner=True),
    )
    return Workflow(
        **{
            "name": "door",
            "initial": OPEN,
            "statuses": (OPEN, SHUT, GONE),
            "steps": steps or default,
            **given,
        }
    )


def somebody(*roles):
    return SimpleNamespace(roles=frozenset(roles), person=None, organisation=None, token="")


def a_door(status=OPEN, *, is_monday=False, has_key=True):
    return SimpleNamespace(status=status, is_monday=is_monday, has_key=has_key)


class TestWorkflow:
    def test_is_registered_by_its_name(self):
        assert {"door": door()} == law.REGISTRY

    @pytest.mark.parametrize(
        "step",
        [
            Step("shut", frozenset({"AJAR"}), SHUT, KEEPER, "Shut"),
            Step("shut", frozenset({OPEN}), "AJAR", KEEPER, "Shut"),
        ],
        ids=["from", "to"],
    )
    def test_refuses_statuses_it_does_not_know(self, step):
        with pytest.raises(ValueError, match="AJAR"):
            door(step)

    def test_refuses_a_verb_declared_twice(self):
        step = Step("shut", frozenset({OPEN}), SHUT, KEEPER, "Shut")
        with pytest.raises(ValueError, match="twice"):
            door(step, step)

    def test_finds_a_step_by_its_verb(self):
        assert door().step("open").target == OPEN

    def test_knows_no_other_verbs(self):
        with pytest.raises(KeyError, match="no verb 'paint'"):
            door().step("paint")


class TestOpenTo:
    def verbs(self, subject, by):
        return [step.verb for step in door().open_to(subject, by)]

    def test_offers_what_status_and_role_allow(self):
        assert self.verbs(a_door(OPEN), somebody("VISITOR")) == ["shut"]
        assert self.verbs(a_door(SHUT), somebody("KEEPER")) == ["open"]

    def test_offers_nothing_to_another_role_or_to_nobody(self):
        assert self.verbs(a_door(SHUT), somebody("VISITOR")) == []
        assert self.verbs(a_door(OPEN), None) == []

    def test_hides_what_a_bar_refuses(self):
        assert self.verbs(a_door(SHUT, is_monday=True), somebody("KEEPER")) == []

    def test_shows_what_only_lacks_something(self):
        assert self.verbs(a_door(OPEN, has_key=False), somebody("VISITOR")) == ["shut"]

    def test_never_offers_inner_steps(self):
        assert "rot" not in self.verbs(a_door(OPEN), somebody("KEEPER"))

    def test_offers_nothing_at_the_end(self):
        assert self.verbs(a_door(GONE), somebody("KEEPER", "VISITOR")) == []


class TestDiagram:
    def test_draws_every_step_from_every_source(self):
        lines = door().diagram().splitlines()
        assert lines[:2] == ["stateDiagram-v2", "    [*] --> OPEN"]
        assert "    OPEN --> SHUT: shut (keeper, visitor)" in lines
        assert "    SHUT --> GONE: rot (keeper)" in lines
        assert lines[-1] == "    GONE --> [*]"
        assert len(lines) == 2 + 4 + 1
