"""The JSON doors: the same law, the same scope, nothing more than the allow-list."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from rest_framework.test import APIClient

from config.api import handle_exception
from euc import content, demonstration, reference
from tests.remembering import remembered
from workflow import engine
from workflow.law import Miss


@remembered
def issued(library, drafter, signatory, officer, senior):
    return demonstration.issued(
        drafter=drafter, signatory=signatory, officer=officer, senior=senior, po_number="PO-1"
    )


def address(certificate):
    return f"/api/v1/certificates/{certificate.slug}/"


class TestCertificates:
    def test_lists_what_the_actor_may_see(self, client_for, senior, issued):
        rows = client_for(senior).get("/api/v1/certificates/").json()["results"]
        assert [row["reference"] for row in rows] == [issued.reference]

    def test_lists_with_the_same_number_of_queries_however_many(
        self, client_for, officer, drafter, signatory, issued, django_assert_num_queries
    ):
        client = client_for(officer)
        with CaptureQueriesContext(connection) as few:
            client.get("/api/v1/certificates/")
        for number in range(5):
            demonstration.submitted(drafter=drafter, signatory=signatory, po_number=f"PO-2{number}")
        with django_assert_num_queries(len(few)):
            client.get("/api/v1/certificates/")

    def test_names_the_steps_the_caller_may_take(self, client_for, senior, issued):
        assert client_for(senior).get(address(issued)).json()["actions"] == ["revoke"]

    def test_gives_the_content_that_was_signed(self, client_for, drafter, issued):
        found = client_for(drafter).get(address(issued)).json()
        assert found["content"]["order"]["number"] == "PO-1"
        assert found["content_hash"] == issued.content_hash

    def test_answers_the_same_for_another_importer_as_for_nothing(self, client_for, stranger, issued):
        client = client_for(stranger)
        theirs = client.get(address(issued))
        absent = client.get("/api/v1/certificates/EUC-0000000000-2026-27-0001/")
        assert (
            (theirs.status_code, theirs.json()) == (absent.status_code, absent.json()) == (404, absent.json())
        )
        assert client.get("/api/v1/certificates/").json()["results"] == []

    @pytest.mark.django_db
    def test_turns_anonymous_people_away(self):
        assert APIClient().get("/api/v1/certificates/").status_code == 401

    def test_changes_nothing(self, client_for, senior, issued):
        client = client_for(senior)
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(address(issued)).status_code == 403


class TestVerification:
    def test_answers_anybody_with_the_public_fields(self, issued):
        found = APIClient().get(f"/api/v1/verifications/{issued.token}/")
        assert found.status_code == 200
        assert found["Cache-Control"] == "no-store"
        body = found.json()
        assert (body["status"], body["in_force"]) == ("ISSUED", True)
        assert not {"value", "evidence", "risk"} & set(body)
        assert "value" not in body["goods"][0]

    @pytest.mark.django_db
    @pytest.mark.parametrize("token", ["a" * 32, "x", "%00", "A" * 5000])
    def test_knows_no_other_code(self, token):
        assert APIClient().get(f"/api/v1/verifications/{token}/").status_code == 404


class TestRefusals:
    def test_name_what_is_missing(self):
        answer = handle_exception(engine.Incomplete([Miss("order", "po_number", "missing")]), {})
        assert (answer.status_code, answer.data["fields"]) == (
            400,
            {"po_number": [{"code": "missing", "message": "missing"}]},
        )
        assert handle_exception(engine.WrongStatus("late"), {}).status_code == 409
        assert handle_exception(engine.NotAllowed("no"), {}).status_code == 403


class TestSchema:
    def test_is_the_one_in_the_documentation(self, tmp_path):
        """Asked of a process on SQLite: the bounds of whole numbers are those of the database."""
        fresh = tmp_path / "openapi.yaml"
        env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [
            sys.executable,
            "manage.py",
            "spectacular",
            "--validate",
            "--fail-on-warn",
            "--file",
            str(fresh),
        ]
        subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True)
        assert fresh.read_text() == (Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text()


class TestContent:
    def test_is_the_same_in_every_language(self, drafter):
        reference.load()
        draft = demonstration.complete_draft(by=drafter, po_number="PO-9")
        given = {"by": None, "signed_at": None, "revision": 1}
        english = content.build(draft, **given)
        with translation.override("hi"):
            assert content.build(draft, **given) == english
