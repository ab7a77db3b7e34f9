"""What a program sends, or a file of orders holds, is taken exactly or refused in words; nothing ever fails."""

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import tokens
from documents import sheets
from euc import draft_sheets, services
from euc.models import ELEMENTS
from licensing import services as licences
from tests.bad_input.corpus import DATES, PROFILE, VALUES

LIST = "/api/v1/certificates/"
INPUTS = (
    *(("order", name) for name in ("po_number", "contract_number", "po_date")),
    *(("end_use", name) for name in ("purpose", "product", "is_civil", "units_per_year")),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["parties", "order", "goods", "exporter", "name", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@pytest.fixture
def machine(drafter):
    cache.clear()
    _token, secret = tokens.make(by=drafter, name="x", scope="DRAFT")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr("accounts.api.TokenThrottle.allow_request", lambda *given: True)


def send(client, path, body, method="patch"):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json")


class TestApi:
    @pytest.mark.parametrize("turn", range(8))
    def test_takes_or_refuses_every_text(self, machine, drafter, turn):
        """Each value meets one of the inputs; eight tests share them, for an answer tells the whole draft."""
        path = f"{LIST}{services.start(by=drafter).slug}/"
        for number, value in list(enumerate((*VALUES, *DATES)))[turn::8]:
            page, name = INPUTS[number % len(INPUTS)]
            answer = send(machine, path, {page: {name: value}})
            assert answer.status_code in {200, 400}, value
            if answer.status_code == 400 and answer.json()["fields"]:
                assert set(answer.json()["fields"]) == {f"{page}.{name}"}

    def test_takes_or_refuses_numbers_of_any_size(self, machine, drafter):
        draft = services.start(by=drafter)
        send(machine, f"{LIST}{draft.slug}/lines/", {}, "post")
        path = f"{LIST}{draft.slug}/lines/1/"
        for value in (0, -1, 1, 10**15, 10**15 + 1, 10**40, 1.5, 1e308, -0.0, 1e-9, True, [], {}, "1e3"):
            for name in ("net_weight_mg", "pieces", "value", ELEMENTS[0]):
                assert send(machine, path, {name: value}).status_code in {200, 400}, (name, value)

    @settings(PROFILE, max_examples=30)
    @given(body=ANYTHING)
    def test_never_fails_at_any_shape(self, machine, drafter, body):
        text = json.dumps(body)
        answer = machine.post(LIST, text, content_type="application/json")
        assert answer.status_code in {201, 400}


SAID = {"claimed": "FILED", "claimed_on": "2020-01-01"}  # before the certificate: refused, so nothing adds up
LICENCE = {
    "number": "1",
    "issued_on": "2026-01-01",
    "expires_on": "2026-01-02",
    "lines": [{"line": 1, "authorised_mg": 1}],
}


class TestCases:
    @pytest.fixture
    def at(self, approved, senior, drafter):
        services.issue(certificate=approved, by=senior, seen_hash=approved.content_hash)
        return f"/api/v1/licence-cases/{licences.open_case(certificate=approved, by=drafter).slug}/"

    def test_refuse_every_text_in_words(self, machine, at):
        """Each value stands at all places at once: each must speak for itself."""
        for value in (*VALUES, 0, -1, 10**40, 1.5, True, None, [], {}):
            for body in (
                SAID | {"note": value, "application_number": value, "licence": LICENCE | {"number": value}},
                {name: value for name in ("claimed", "claimed_on", "confidence", "grounds")}
                | {"licence": LICENCE | {"lines": [{"line": value, "authorised_mg": value}]}},
            ):
                answer = send(machine, f"{at}reports/", body, "post")
                assert answer.status_code == 400, body
                assert answer.json()["fields"] or answer.json()["code"] == "parse_error", body

    @settings(PROFILE, max_examples=30)
    @given(body=ANYTHING)
    def test_never_fail_at_any_shape(self, machine, at, body):
        for name in ("reports", "briefs"):
            for sent in (body, SAID | {"licence": body}, {"asks": body}):
                answer = send(machine, f"{at}{name}/", sent, "post")
                assert answer.status_code in {201, 400, 409}


class TestFiles:
    def test_hold_any_text_in_any_column(self, drafter):
        for value in VALUES:
            rows = [draft_sheets.NAMES, [value[:5000]] * len(draft_sheets.NAMES)]
            try:
                content = sheets.csv_of(rows)
            except UnicodeEncodeError:
                continue  # half a character: no file of text holds it
            table = sheets.read(content, most_rows=5)
            for order in draft_sheets.orders_of(draft_sheets.rows_of(table)) if len(table.rows) > 1 else []:
                assert order.draft.forms
                assert all(isinstance(said, str) for _row, _column, said in order.problems)

    @settings(PROFILE, max_examples=30)
    @given(content=st.binary(max_size=400) | st.binary(max_size=60).map(lambda b: b"po_number,grade\n" + b))
    def test_are_read_or_refused_in_words(self, client_for, drafter, content):
        client = client_for(drafter)
        answer = client.post("/certificates/from-file/", {"file": SimpleUploadedFile("x.csv", content)})
        assert answer.status_code in {302, 422}
