"""The invented cases and consignments, whatever the hour they are loaded at."""

from datetime import timedelta

import pytest

from accounts import demonstration as people
from euc import control, reference
from euc import demonstration as certificates
from licensing.models import LicenceCase
from shipments import demonstration


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [0, 1], ids=["the same day", "China a day ahead"])
def test_every_state_of_a_case_is_shown(ahead, own_files, monkeypatch):
    day_in_china = control.day_in_china
    monkeypatch.setattr(control, "day_in_china", lambda *at: day_in_china(*at) + timedelta(days=ahead))
    reference.load()
    people.load()
    certificates.load()
    demonstration.load()
    statuses = sorted(LicenceCase.objects.values_list("status", flat=True))
    assert statuses == ["FILED", "FILED", "ISSUED", "PROVINCE"]
