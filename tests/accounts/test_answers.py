"""Kept answers: one turn at a time, a day's memory, and a late first try that is undone."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import answers
from accounts.models import KeptAnswer
from tests.factories import OrganisationFactory
from tests.races import together


def begin(organisation, at=None, request_hash="a"):
    return answers.begin(organisation=organisation, key="k", request_hash=request_hash, at=at)


class TestBegin:
    def test_gives_the_kept_answer(self, importer):
        answers.keep(begin(importer), status=201, body="{}")
        assert begin(importer).status == 201

    def test_gives_one_turn_at_a_time(self, importer):
        begin(importer)
        with pytest.raises(answers.InFlight):
            begin(importer)

    def test_refuses_another_request_with_the_key(self, importer):
        begin(importer)
        with pytest.raises(answers.OtherRequest):
            begin(importer, request_hash="b")

    def test_gives_an_abandoned_turn_on_and_undoes_who_comes_late(self, importer):
        at = timezone.now()
        first = begin(importer, at)
        with pytest.raises(answers.InFlight):
            begin(importer, at + answers.TURN_LASTS - timedelta(seconds=1))
        second = begin(importer, at + answers.TURN_LASTS)
        with pytest.raises(answers.InFlight):
            answers.keep(first, status=201, body="late")
        answers.give_up(first)
        answers.keep(second, status=201, body="right")
        assert KeptAnswer.objects.get().body == "right"

    def test_forgets_after_a_day(self, importer):
        at = timezone.now()
        answers.keep(begin(importer, at), status=201, body="{}")
        assert begin(importer, at + answers.KEPT_FOR - timedelta(seconds=1)).status == 201
        assert begin(importer, at + answers.KEPT_FOR, request_hash="b").status is None


class TestForget:
    def test_deletes_what_is_older_than_a_day(self, importer, capsys):
        begin(importer)
        call_command("forget_answers")
        assert KeptAnswer.objects.count() == 1
        KeptAnswer.objects.update(begun_at=timezone.now() - answers.KEPT_FOR)
        call_command("forget_answers")
        assert not KeptAnswer.objects.exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_the_turn():
    importer = OrganisationFactory()
    found = together(*[lambda: begin(importer) for _ in range(8)])
    assert sum(isinstance(one, KeptAnswer) for one in found) == 1
    assert sum(isinstance(one, answers.InFlight) for one in found) == 7
