"""Drafting in JSON: the same forms and verbs as the pages, faults by the path of the input, nothing moved besides."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from PIL import Image
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import KeptAnswer
from accounts.roles import Scope
from euc import demonstration, examples, services, shapes, turns
from euc.models import ELEMENTS, Certificate, GoodsLine
from tests.matrix.tables import differences, rows
from tests.remembering import remembered
from workflow import events

LIST = "/api/v1/certificates/"


@pytest.fixture(autouse=True)
def clauses(library):
    cache.clear()


@pytest.fixture
def machine(drafter):
    _token, secret = tokens.make(by=drafter, name="Purchasing", scope=Scope.DRAFT)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


@remembered
def draft(drafter):
    return services.start(by=drafter)


def at(certificate, tail=""):
    return f"{LIST}{certificate.slug}/{tail}"


def send(client, path, body, method="post", **headers):
    return getattr(client, method)(path, body, format="json", headers=headers)


def codes(response):
    """Codes by path of what does not hold."""
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    return {path: [fault["code"] for fault in faults] for path, faults in response.json()["fields"].items()}


class TestCreate:
    def test_opens_an_empty_draft(self, machine):
        answer = send(machine, LIST, {})
        certificate = Certificate.objects.get()
        assert (answer.status_code, answer["Location"]) == (201, at(certificate))
        assert answer.json()["status"] == "DRAFT"
        assert answer.json()["missing"]

    def test_takes_the_example_and_gives_it_back(self, machine):
        found = send(machine, LIST, examples.DRAFT).json()["draft"]
        sent = examples.DRAFT
        goods = {name: value for name, value in found["goods"][0].items() if name in sent["goods"][0]}
        elements = {name: f"{float(sent['goods'][0][name]):.3f}" for name in ELEMENTS}
        assert goods == sent["goods"][0] | elements
        assert found["parties"]["exporter"]["name_zh"] == sent["parties"]["exporter"]["name_zh"]
        assert found["order"]["po_date"] == "2026-10-05"
        assert found["end_use"]["is_civil"] is True
        assert found["goods"][0]["net_weight_mg"] == 1_200_000_000
        assert GoodsLine.objects.get().net_weight_mg == 1_200_000_000

    def test_saves_nothing_when_something_does_not_hold(self, machine):
        body = examples.DRAFT | {"goods": [examples.LINE, examples.LINE | {"itc_hs": "12"}]}
        assert set(codes(send(machine, LIST, body))) == {"goods.2.itc_hs"}
        assert not Certificate.objects.exists()

    def test_remembers_the_token_in_the_history(self, machine):
        send(machine, LIST, {})
        assert events.about(Certificate.objects.get()).get().details["token"].startswith("token-")

    @pytest.mark.parametrize("body", [[], "text", 5, True])
    def test_takes_objects_alone(self, machine, body):
        assert codes(send(machine, LIST, body)) == {"body": ["wrong_type"]}

    @pytest.mark.parametrize(
        "body", [b"{", b'{"order": {"po_number": "\\ud800"}}', b"[" * 100_000, b'{"a": NaN}', b"\xff"]
    )
    def test_refuses_what_is_no_json(self, machine, body):
        answer = machine.post(LIST, body, content_type="application/json")
        assert answer.status_code == 400
        assert not Certificate.objects.exists()

    def test_refuses_too_much(self, machine, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        assert send(machine, LIST, {"order": {"po_number": "x" * 200}}).status_code == 413

    def test_refuses_other_bodies_than_json(self, machine):
        assert machine.post(LIST, {"a": "b"}, format="multipart").status_code == 415

    def test_is_for_importers_alone(self, client_for, officer, analyst):
        for actor in (officer, analyst):
            assert client_for(actor).post(LIST, {}, content_type="application/json").status_code == 403

    def test_asks_browsers_for_the_token_of_the_form(self, drafter):
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(drafter.person, backend="django.contrib.auth.backends.ModelBackend")
        assert send(client, LIST, {}).status_code == 403


class TestChange:
    def test_changes_what_was_sent_and_nothing_else(self, machine, draft):
        send(machine, at(draft), {"order": examples.ORDER}, "patch")
        answer = send(machine, at(draft), examples.CHANGE, "patch")
        assert answer.status_code == 200
        order = answer.json()["draft"]["order"]
        assert order == {"po_number": "PO-2026-0117", "po_date": "2026-10-05", "contract_number": "NB-7731"}
        assert "NO_WMD" in answer.json()["draft"]["undertakings"]["clauses"]

    def test_empties_with_null(self, machine, draft):
        send(machine, at(draft), {"order": examples.ORDER, "end_use": examples.END_USE}, "patch")
        nothing = {"order": {"po_number": None, "po_date": None}, "end_use": {"is_civil": None}}
        found = send(machine, at(draft), nothing, "patch").json()["draft"]
        assert found["order"] == {"po_number": "", "po_date": None, "contract_number": ""}
        assert found["end_use"]["is_civil"] is None
        assert found["end_use"]["units_per_year"] == 24_000

    @pytest.mark.parametrize(
        ("body", "path", "code"),
        [
            ({"order": {"po_date": "05-10-2026"}}, "order.po_date", "invalid"),
            ({"order": {"po_date": "2026-02-30"}}, "order.po_date", "no_such_day"),
            ({"order": {"po_number": 7}}, "order.po_number", "wrong_type"),
            ({"order": {"po_number": "x" * 61}}, "order.po_number", "max_length"),
            ({"order": {"po_number": "a\u202eb"}}, "order.po_number", "hidden_character"),
            ({"order": []}, "order", "wrong_type"),
            ({"parties": {"exporter": {"country": "XX"}}}, "parties.exporter.country", "invalid_choice"),
            ({"parties": {"exporter": {"email": "no"}}}, "parties.exporter.email", "invalid"),
            (
                {"parties": {"consignee": {"same_as_importer": 1}}},
                "parties.consignee.same_as_importer",
                "wrong_type",
            ),
            ({"end_use": {"is_civil": "yes"}}, "end_use.is_civil", "wrong_type"),
            ({"end_use": {"units_per_year": "7"}}, "end_use.units_per_year", "wrong_type"),
            ({"end_use": {"magnet_per_unit_mg": 0}}, "end_use.magnet_per_unit_mg", "min_value"),
            ({"end_use": {"magnet_per_unit_mg": 1.5}}, "end_use.magnet_per_unit_mg", "wrong_type"),
            ({"end_use": {"magnet_per_unit_mg": 10**16}}, "end_use.magnet_per_unit_mg", "max_value"),
            ({"end_use": {"magnet_per_unit_mg": -(10**4000)}}, "end_use.magnet_per_unit_mg", "too_long"),
            ({"undertakings": {"clauses": ["NONE_SUCH"]}}, "undertakings.clauses", "unknown"),
            ({"undertakings": {"clauses": "NO_WMD"}}, "undertakings.clauses", "wrong_type"),
            ({"undertakings": {"named": {"NO_WMD": {}}}}, "undertakings.named.NO_WMD", "unknown"),
            ({"status": "ISSUED"}, "status", "unknown"),
            ({"goods": []}, "goods", "unknown"),
        ],
    )
    def test_names_the_input_that_does_not_hold(self, machine, draft, body, path, code):
        before = rows()
        assert codes(send(machine, at(draft), body, "patch")) == {path: [code]}
        kinds = {change.label for change in differences(before, rows())}
        assert kinds <= {"accounts.ApiToken"}

    def test_is_told_to_open_windows(self, machine, draft, drafter):
        known = turns.seen(draft, "order")
        send(machine, at(draft), {"order": examples.ORDER}, "patch")
        with pytest.raises(turns.Overtaken):
            turns.save(
                certificate=draft, by=drafter, page="order", line=None, known=known, write=lambda: None
            )

    def test_refuses_what_is_no_draft_any_more(self, machine, drafter, signatory):
        submitted = demonstration.submitted(drafter=drafter, signatory=signatory, po_number="PO-1")
        for method, path in (("patch", at(submitted)), ("post", at(submitted, "lines/"))):
            body = {"order": examples.ORDER} if method == "patch" else examples.LINE
            answer = send(machine, path, body, method)
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong_status")

    def test_knows_only_ones_own(self, machine, stranger):
        theirs = services.start(by=stranger)
        absent = send(machine, f"{LIST}EUC-0000000000-2026-27-0001/", {"order": {}}, "patch")
        answer = send(machine, at(theirs), {"order": {}}, "patch")
        assert (answer.status_code, answer.json()) == (absent.status_code, absent.json())
        assert answer.status_code == 404


class TestLines:
    def test_are_added_changed_and_removed(self, machine, draft):
        for number in (1, 2):
            answer = send(machine, at(draft, "lines/"), examples.LINE)
            assert (answer.status_code, answer.json()["number"]) == (201, number)
        changed = send(machine, at(draft, "lines/2/"), examples.LINE_CHANGE, "patch").json()
        assert (changed["net_weight_mg"], changed["value"]) == (1_150_000_000, "80500.00")
        assert changed["grade"] == "N42UH"
        assert machine.delete(at(draft, "lines/1/")).status_code == 204
        assert GoodsLine.objects.get().net_weight_mg == 1_150_000_000
        assert machine.delete(at(draft, "lines/2/")).status_code == 404

    def test_name_the_input_that_does_not_hold(self, machine, draft):
        body = {"nd": "101", "value": 1e300, "reserved_mg": 1, "pieces": True}
        assert codes(send(machine, at(draft, "lines/"), body)) == {
            "nd": ["max_value"],
            "value": ["invalid"],
            "reserved_mg": ["unknown"],
            "pieces": ["wrong_type"],
        }
        assert not GoodsLine.objects.exists()

    def test_take_decimals_as_numbers_too(self, machine, draft):
        send(machine, at(draft, "lines/"), {"dy": 2.5, "value": 84000, "net_weight_mg": 1})
        line = GoodsLine.objects.get()
        assert (str(line.dy), str(line.value), line.net_weight_mg) == ("2.500", "84000.00", 1)


class TestEvidence:
    def test_is_checked_and_stored_as_on_the_page(self, machine, draft):
        answer = machine.post(
            at(draft, "evidence/"), {"kind": "OTHER", "file": picture()}, format="multipart"
        )
        assert answer.status_code == 201
        assert answer.json()["sha256"] == draft.evidence.get().file.sha256

    def test_names_the_input_that_does_not_hold(self, machine, draft):
        path = at(draft, "evidence/")
        assert codes(machine.post(path, {"kind": "NONE"}, format="multipart")) == {
            "kind": ["invalid_choice"],
            "file": ["required"],
        }
        body = {"kind": "OTHER", "file": BytesIO(b"text"), "added_by": "1"}
        assert codes(machine.post(path, body, format="multipart")) == {"added_by": ["unknown"]}
        del body["added_by"]
        body["file"] = BytesIO(b"text")
        assert codes(machine.post(path, body, format="multipart")) == {"file": ["refused"]}


def picture():
    found = BytesIO()
    Image.new("RGB", (8, 8)).save(found, "PNG")
    found.seek(0)
    found.name = "photo.png"
    return found


class TestMassAssignment:
    """Every field of every model and 50 other names, at each place: refused by name, and nothing moves."""

    NAMES = sorted(
        {
            name
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            for name in (field.name, field.attname)
        }
        | {f"junk_{number}" for number in range(45)}
        | {"__proto__", "constructor", "csrfmiddlewaretoken", "seen", "seen_hash"}
    )

    def refused(self, client, path, method, known, wrap):
        """The names beyond `known` that the answer does not refuse."""
        names = [name for name in self.NAMES if name not in known]
        prefix = next(iter(wrap({"x": 1}))) if wrap({}) != {} else ""
        answer = send(client, path, wrap(dict.fromkeys(names, "ISSUED")), method)
        found = codes(answer)
        return {
            name for name in names if not any(at == name or at.endswith(f".{name}") for at in found)
        }, prefix

    def test_moves_nothing_anywhere(self, machine, drafter):
        certificate = demonstration.complete_draft(by=drafter, po_number="PO-1")
        machine.get(LIST)
        before = rows()
        places = [
            (at(certificate), "patch", set(shapes.PAGES), lambda b: b),
            (LIST, "post", {*shapes.PAGES, "goods"}, lambda b: b),
            (at(certificate), "patch", {"po_number", "po_date", "contract_number"}, lambda b: {"order": b}),
            (at(certificate), "patch", self.end_use_names(), lambda b: {"end_use": b}),
            (at(certificate), "patch", {"clauses", "named", "relies_on"}, lambda b: {"undertakings": b}),
            (at(certificate), "patch", self.party_names(), lambda b: {"parties": {"exporter": b}}),
            (at(certificate, "lines/"), "post", self.line_names(), lambda b: b),
            (at(certificate, "lines/1/"), "patch", self.line_names(), lambda b: b),
            (LIST, "post", self.line_names(), lambda b: {"goods": [b]}),
        ]
        for path, method, known, wrap in places:
            missed, _prefix = self.refused(machine, path, method, known, wrap)
            assert not missed, (path, method, sorted(missed))
        assert not differences(before, rows())

    def end_use_names(self):
        return shapes.names("end_use")

    def party_names(self):
        return shapes.names("parties")

    def line_names(self):
        return shapes.names("goods")


class TestIdempotency:
    KEY = {"Idempotency-Key": "order-117"}

    def test_gives_the_same_answer_and_does_nothing_again(self, machine):
        first, second = (send(machine, LIST, examples.DRAFT, **self.KEY) for _ in range(2))
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert first["Location"] == second["Location"]
        assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
        assert Certificate.objects.count() == 1

    def test_refuses_the_key_with_another_request(self, machine, draft):
        send(machine, LIST, {}, **self.KEY)
        for path, body in ((LIST, {"order": {}}), (at(draft, "lines/"), {})):
            answer = send(machine, path, body, **self.KEY)
            assert (answer.status_code, answer.json()["code"]) == (422, "key_of_another_request")

    def test_refuses_the_key_while_the_first_is_in_flight(self, machine):
        send(machine, LIST, {}, **self.KEY)
        KeptAnswer.objects.update(status=None)
        answer = send(machine, LIST, {}, **self.KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")

    def test_keeps_refusals_too(self, machine):
        first, second = (send(machine, LIST, {"x": 1}, **self.KEY) for _ in range(2))
        assert codes(first) == codes(second) == {"x": ["unknown"]}
        assert second["Idempotent-Replayed"] == "true"

    def test_leaves_the_key_free_after_a_failure(self, machine, monkeypatch):
        machine.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr(shapes, "write", lambda *given: 1 / 0)
            assert send(machine, LIST, {}, **self.KEY).status_code == 500
        assert not Certificate.objects.exists()
        assert send(machine, LIST, {}, **self.KEY).status_code == 201

    def test_tells_files_by_their_bytes(self, machine, draft):
        path, body = at(draft, "evidence/"), {"kind": "OTHER"}
        answers = [
            machine.post(path, body | {"file": picture()}, format="multipart", headers=self.KEY) for _ in "12"
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert draft.evidence.count() == 1
        other = machine.post(
            path, {"kind": "COMPANY_PROFILE", "file": picture()}, format="multipart", headers=self.KEY
        )
        assert other.status_code == 422

    def test_is_of_one_organisation(self, machine, stranger):
        _token, secret = tokens.make(by=stranger, name="x", scope=Scope.DRAFT)
        other = APIClient()
        other.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        references = {send(client, LIST, {}, **self.KEY).json()["reference"] for client in (machine, other)}
        assert len(references) == 2

    @pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
    def test_takes_plain_keys_alone(self, machine, key):
        assert send(machine, LIST, {}, **{"Idempotency-Key": key}).status_code == 400
        assert not Certificate.objects.exists()


class TestExamples:
    @pytest.mark.parametrize("name", ["DRAFT", "CHANGE"])
    def test_hold(self, machine, draft, name):
        method, path = ("post", LIST) if name == "DRAFT" else ("patch", at(draft))
        body = json.loads(json.dumps(getattr(examples, name)))
        assert send(machine, path, body, method).status_code in {200, 201}

    def test_lack_only_what_an_example_cannot_have(self, machine):
        missing = send(machine, LIST, examples.DRAFT).json()["missing"]
        assert {miss["page"] for miss in missing} <= {"evidence", "check", "undertakings"}

    def test_of_the_page_for_people_hold(self, machine, draft):
        """Every body that docs/api.md shows, sent as it says."""
        text = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
        bodies = [json.loads(body) for body in re.findall(r"-d '(.*?)'", text, re.DOTALL)]
        opening, change, line, line_change, arrived = bodies
        assert send(machine, LIST, opening).status_code == 201
        assert send(machine, at(draft), change, "patch").status_code == 200
        for _ in "12":
            assert send(machine, at(draft, "lines/"), line).status_code == 201
        assert send(machine, at(draft, "lines/2/"), line_change, "patch").status_code == 200
        assert send(machine, "/api/v1/arriving-documents/", arrived).status_code == 201

    def test_of_a_refusal_is_a_real_one(self, machine):
        text = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
        shown = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
        assert send(machine, LIST, {"goods": [{"itc_hs": "12"}]}).json() == shown

    def test_of_lines_hold(self, machine, draft):
        assert send(machine, at(draft, "lines/"), examples.LINE).status_code == 201
        assert send(machine, at(draft, "lines/1/"), examples.LINE_CHANGE, "patch").status_code == 200
