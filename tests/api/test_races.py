"""The same request, or the same file, several times at one moment: done once."""

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from euc import draft_files, examples, reference
from euc.models import Certificate, DraftFile
from tests.euc.test_draft_files import file_of, row
from tests.races import together
from workflow.engine import WrongStatus

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
LIST = "/api/v1/certificates/"


@pytest.fixture(autouse=True)
def clauses(db):
    reference.load()


class TestOneKey:
    def test_drafts_once(self, drafter):
        _token, secret = tokens.make(by=drafter, name="x", scope="DRAFT")

        def send():
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Token {secret}", HTTP_IDEMPOTENCY_KEY="one")
            return client.post(LIST, examples.DRAFT, format="json")

        first = together(*[send] * 6)
        assert {answer.status_code for answer in first} <= {201, 409}
        last = send()
        assert last.status_code == 201
        made = {answer.json()["reference"] for answer in (*first, last) if answer.status_code == 201}
        assert made == {Certificate.objects.get().reference}


class TestOneFile:
    def test_is_taken_in_once(self, drafter):
        content = file_of(row("A"), row("B"))
        found = together(*[lambda: draft_files.take(content=content, name="x", by=drafter)] * 4)
        assert {draft_file.pk for draft_file, _is_new in found} == {DraftFile.objects.get().pk}
        assert sum(is_new for _draft_file, is_new in found) == 1

    def test_is_drafted_from_once(self, drafter):
        draft_file, _is_new = draft_files.take(content=file_of(*map(row, "ABCDEF")), name="x", by=drafter)

        def start():
            return draft_files.start(
                draft_file=DraftFile.objects.get(pk=draft_file.pk), by=drafter, skip_bad=False
            )

        started = together(*[start] * 4)
        assert started.count(None) == 1
        assert all(isinstance(one, WrongStatus) for one in started if one is not None)

        def draft():
            while draft_files.draft_some(DraftFile.objects.get(pk=draft_file.pk), 2):
                pass

        assert together(*[draft] * 4) == [None] * 4
        assert sorted(Certificate.objects.values_list("po_number", flat=True)) == list("ABCDEF")


class TestTokens:
    def test_are_never_one_too_many(self, drafter, monkeypatch):
        monkeypatch.setattr(tokens, "MOST_TOKENS", 2)
        together(*[lambda: tokens.make(by=drafter, name="x", scope="READ")] * 6)
        assert drafter.person.tokens.count() == 2
