"""An issued certificate, its case, and reports as they come in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actors
from euc import reference
from euc.models import Certificate
from licensing import limits, services
from tests.euc.life import Life


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def clock(platform):
    return actors.clock()


@pytest.fixture
def life(db, drafter, signatory, officer, senior, clock):
    reference.load()
    limits.load()
    return Life(drafter, signatory, officer, senior, clock)


@pytest.fixture
def certificate(life):
    """Issued a hundred days ago, so that a case has a past."""
    at = timezone.now() - timedelta(days=100)
    approved = life.approved()
    life.issue(approved, at=at)
    return Certificate.objects.get(pk=approved.pk)


@pytest.fixture
def case(life, certificate):
    return services.open_case(certificate=certificate, by=life.drafter)
