"""An issued certificate, its case, and reports as they come in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actors
from euc.models import Certificate
from licensing import limits, services
from tests.euc.life import Life
from tests.remembering import remembered


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@remembered
def clock(platform):
    return actors.clock()


@remembered
def life(library, drafter, signatory, officer, senior, clock):
    limits.load()
    return Life(drafter, signatory, officer, senior, clock)


@remembered
def certificate(life):
    """Issued a hundred days ago, so that a case has a past."""
    at = timezone.now() - timedelta(days=100)
    approved = life.approved()
    life.issue(approved, at=at)
    return Certificate.objects.get(pk=approved.pk)


@remembered
def case(life, certificate):
    return services.open_case(certificate=certificate, by=life.drafter)
