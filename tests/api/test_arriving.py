"""Arriving documents in JSON: brought by programs, kept once, with what each belongs to; people confirm."""

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import ApiToken
from shipments.models import ArrivingDocument, Consignment
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import licence_for

LIST = "/api/v1/arriving-documents/"
Scope = ApiToken.Scope


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    cache.clear()


@remembered
def certificate(library, drafter, signatory, officer, senior):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    licence_for(certificate)
    return certificate


@pytest.fixture
def machine(drafter):
    _token, secret = tokens.make(by=drafter, name="Broker", scope=Scope.DRAFT)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


def document(certificate, number="INV-1", **given):
    item = {"description": "NdFeB arc segment N42UH", "hs": "8505111000", "weight_kg": "100", "batch": "H-1"}
    said = {"kind": "INVOICE", "invoice_number": number, "contract_number": certificate.po_number}
    return {
        **said,
        "exporter_name": certificate.exporter_name,
        "items": [item | given.pop("item", {})],
        **given,
    }


def send(client, *documents, **headers):
    return client.post(LIST, {"documents": list(documents)}, format="json", headers=headers)


def test_are_kept_once_and_shown_with_what_they_belong_to(machine, certificate):
    answer = send(machine, document(certificate), document(certificate, "INV-2"))
    assert answer.status_code == 201
    assert [row["number"] for row in answer.json()["taken"]] == ["INV-1", "INV-2"]
    assert send(machine, document(certificate)).json() == {"taken": [], "known": 1}
    listed = machine.get(LIST).json()["results"]
    assert [(row["number"], row["state"], row["consignment"]) for row in listed] == [
        ("INV-2", "WAITING", None),
        ("INV-1", "WAITING", None),
    ]
    found = machine.get(f"{LIST}{listed[1]['id']}/").json()
    (best,) = found["proposals"]
    assert (best["certificate"], best["score"], best["is_sure"]) == (certificate.reference, 100, True)
    assert best["lines"] == [1]
    assert found["data"]["items"][0]["weight_mg"] == 100_000_000


def test_with_one_key_are_answered_the_same_again(machine, certificate):
    key = {"Idempotency-Key": "broker-1"}
    first, again = (send(machine, document(certificate), **key) for _time in range(2))
    assert first.json() == again.json()
    assert send(machine, document(certificate, "INV-2"), **key).status_code == 422
    assert ArrivingDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"item": {"weight_kg": "1e3"}}, ("items", 0, "weight_kg")),
        ({"item": {"weight_kg": "", "pieces": ""}}, ("items", 0, "weight_kg")),
        ({"item": {"colour": "red"}}, ("items", 0, "colour")),
        ({"invoice_number": ""}, ("invoice_number",)),
        ({"invoice_date": "31-02-2026"}, ("invoice_date",)),
        ({"kind": "LETTER"}, ("kind",)),
        ({"items": []}, ("items",)),
    ],
)
def test_that_do_not_hold_are_refused_whole(machine, certificate, given, path):
    answer = send(machine, document(certificate), document(certificate, "INV-2", **given))
    assert answer.status_code == 400
    fault = answer.json()["fields"]["documents"]["1"]
    for step in path:
        fault = fault[str(step)]
    assert fault
    assert not ArrivingDocument.objects.exists()


@pytest.mark.parametrize("body", [{}, {"documents": []}, {"documents": {}}, {"documents": [1]}, {"x": 1}, []])
def test_other_shapes_are_refused(machine, body):
    assert machine.post(LIST, body, format="json").status_code == 400


def test_are_the_importers_alone(machine, certificate, client_for, stranger, officer, drafter):
    send(machine, document(certificate))
    path = f"{LIST}{ArrivingDocument.objects.get().pk}/"
    assert client_for(drafter).get(path).status_code == 200
    assert client_for(stranger).get(path).status_code == 404
    assert client_for(stranger).get(LIST).json()["results"] == []
    assert client_for(officer).get(LIST).status_code == 403
    assert not Consignment.objects.exists()
