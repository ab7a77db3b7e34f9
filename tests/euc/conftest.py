"""The clause library, files of their own, and certificates in any status."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts import actors
from euc.models.certificate import today
from tests.euc.life import Life
from tests.remembering import remembered


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def clauses(library):
    """The clause library is there."""


@remembered
def clock(platform):
    return actors.clock()


@remembered
def life(clauses, drafter, signatory, officer, senior, clock):
    return Life(drafter, signatory, officer, senior, clock)


@pytest.fixture
def everybody(drafter, signatory, officer, senior, auditor, analyst, administrator, clock):
    """One actor a role, none of whom holds another."""
    found = (drafter, signatory, officer, senior, auditor, analyst, administrator, clock)
    return {next(iter(actor.roles)): actor for actor in found}


@pytest.fixture
def expired(life):
    """An issued certificate whose last day was yesterday."""
    moment = datetime.now(UTC) - timedelta(days=3)
    with time_machine.travel(moment):
        return life.issued(valid_until=today() + timedelta(days=1))
