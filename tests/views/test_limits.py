"""Pages of time limits, and where their clocks are shown."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from euc import control, dating
from licensing import limit_law, services
from licensing.models import TimeLimit
from workflow import engine

pytestmark = pytest.mark.django_db


def typed(**given):
    known = {
        "kind": "REVIEW", "working_days": "60", "effective_from": "2027-01-01", "source": "A new order, art. 1",
        "source_url": "", "confidence": "HIGH", "doubt": "", "code": "REVIEW-NEW",
    }  # fmt: skip
    return known | given


class TestPages:
    def test_list_every_limit_with_source_and_doubt(self, client_for, drafter):
        shown = client_for(drafter).get(reverse("licensing:limit-list")).content.decode()
        assert "Order 792), art. 17" in shown
        assert "is not established" in shown
        assert reverse("licensing:limit-propose") not in shown

    def test_one_officer_proposes_and_another_adopts(self, client_for, officer, senior):
        proposed = client_for(officer).post(
            reverse("licensing:limit-propose") + "?replaces=REVIEW-v1", typed()
        )
        assert proposed.headers["Location"] == "/licences/limits/REVIEW-v2/"
        row = TimeLimit.objects.get(reference="REVIEW-v2")
        with pytest.raises(engine.NotAllowed):
            dating.adopt(row=row, law=limit_law.LIMIT, by=officer)
        dating.adopt(row=row, law=limit_law.LIMIT, by=senior)
        shown = client_for(officer).get(reverse("licensing:limit-list")).content.decode()
        assert "Adopted, not yet counting" in shown
        assert "REVIEW-v2" in shown

    def test_what_was_typed_is_still_there(self, client_for, officer):
        answer = client_for(officer).post(
            reverse("licensing:limit-propose"), typed(working_days="0", source="Kept")
        )
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert 'value="Kept"' in shown
        assert "greater than or equal to 1" in shown

    def test_the_kind_stays_in_the_next_version(self, client_for, officer):
        address = reverse("licensing:limit-propose") + "?replaces=REVIEW-v1"
        client_for(officer).post(address, typed(kind="DELIVERY"))
        assert TimeLimit.objects.get(reference="REVIEW-v2").kind == "REVIEW"


class TestClocks:
    def test_are_shown_with_the_case(self, client_for, issued, drafter):
        today = control.day_in_china()
        case = services.open_case(certificate=issued, by=drafter)
        services.report(case=case, by=drafter, claimed="FILED", claimed_on=today, application_number="SQ-1")
        with time_machine.travel(
            timezone.now() + timedelta(days=21)
        ):  # longer than any holiday and five days
            shown = client_for(drafter).get(f"/licences/{case.slug}/").content.decode()
        assert "Request for what is missing, after filing" in shown
        assert "overdue" in shown
        assert "then counts as accepted" in shown
