"""Whatever is asked of the addresses of figures, as whoever: no failure, and no answer that is not documented.

FUZZ_CASES says how many questions each role asks of each address; 360 of them make more than 20,000 in all.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import tokens
from accounts.api import TokenThrottle
from config.wsgi import application
from ministry import exporting, generating
from ministry.figures import FIGURES
from ministry.models import Export
from ministry.naming import Names
from ministry.tables import Query

CASES = int(os.environ.get("FUZZ_CASES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ROLES = ("drafter", "signatory", "officer", "senior", "auditor", "analyst", "administrator", "anonymous")
DIMENSIONS = sorted({dim for figure in FIGURES.values() for dim in (*figure.dims, "month", "year")})
LIKELY = {
    "group": st.lists(st.sampled_from(DIMENSIONS), max_size=3),
    "from": st.sampled_from(["2025-01", "2026-04", "2026-13", "x"]),
    "to": st.sampled_from(["2025-12", "2026-11", "", "-"]),
    "days": st.sampled_from(["0-7", "91-", "16-", "30-16", "-", "\x00"]),
    "compare": st.sampled_from(["previous", "last-year", "never"]),
    "sector": st.lists(st.sampled_from(["WIND", "-", "\x00", "'", "x" * 300]), max_size=3),
    "state": st.lists(st.sampled_from(["27", "97", "-", "x", ""]), max_size=2),
    "status": st.sampled_from(["ISSUED", "OPEN", ""]),
    "cursor": st.sampled_from(["", "cD0x", "%%%", "bz0y"]),
    "format": st.sampled_from(["json", "csv", "exe"]),
}


@pytest.fixture
def secrets(db, settings, tmp_path, request, monkeypatch):
    """A token that reads for each role, and a trade to be asked about."""
    settings.FILES_DIR = tmp_path / "files"
    monkeypatch.setattr(TokenThrottle, "allow_request", lambda *given: True)
    generating.generate(certificates=15, years=2, seed=11)
    found = {"anonymous": ""}
    for role in ROLES[:-1]:
        actor = request.getfixturevalue(role)
        found[role] = tokens.make(by=actor, name="fuzz", scope="READ")[1] if actor.may_have_tokens else ""
    return found


@pytest.fixture
def export(db, secrets, analyst):
    given = {"by": analyst, "figure": FIGURES["issued"], "query": Query(), "form": "csv", "names": Names()}
    made = exporting.ask(**given)
    exporting.keep(made, exporting.write(made, "fuzz"))
    return made


@pytest.fixture
def operations():
    """Asked through the server's own door, which would close the connection that the test's transaction is on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield _operations()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _operations():
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.yaml", app=application)
    chosen = schema.include(path_regex=r"^/api/v1/(figures|exports)")
    return [found.ok() for found in chosen.get_all_operations()]


@pytest.mark.parametrize("role", ROLES)
def test_nothing_fails_and_everything_is_documented(role, secrets, export, operations):
    headers = {"Authorization": f"Token {secrets[role]}"} if secrets[role] else {}
    asked: dict[int, int] = {}
    assert len(operations) == 7

    def ask(operation) -> None:
        @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(), data=st.data())
        def one(case, data):
            names = {"name": [*FIGURES, "nothing"], "key": [export.key, "0" * 32]}
            for name, values in names.items():
                if name in (case.path_parameters or {}) and data.draw(st.integers(0, 9)):
                    case.path_parameters[name] = data.draw(st.sampled_from(values))
            likely = data.draw(st.fixed_dictionaries({}, optional=LIKELY))
            if data.draw(st.booleans()):
                case.query = likely
            response = case.call_and_validate(headers=headers, checks=CHECKS)
            asked[response.status_code] = asked.get(response.status_code, 0) + 1

        one()

    for operation in operations:
        ask(operation)
    assert bool(asked.get(200)) == bool(secrets[role]), asked
    assert Export.objects.filter(state="DONE").count() == 1
