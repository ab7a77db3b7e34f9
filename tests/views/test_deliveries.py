import pytest

from workflow import errands
from workflow.models import Errand, Event


@pytest.fixture
def stopped(issued):
    errands.of(issued).update(state=Errand.DEAD, last_error="NoKey: there is none", attempts=5)
    return errands.of(issued).get()


def test_stopped_work_is_shown_with_its_reason(client_for, officer, stopped):
    page = client_for(officer).get("/deliveries/").content.decode()
    assert stopped.reference in page
    assert "NoKey: there is none" in page


@pytest.mark.parametrize("role", ["drafter", "auditor", "analyst"])
def test_it_is_not_for_everybody(client_for, request, stopped, role):
    client = client_for(request.getfixturevalue(role))
    assert client.get("/deliveries/").status_code == 403
    assert client.post(f"/deliveries/{stopped.pk}/retry/").status_code == 403


def test_a_retry_gives_fresh_attempts_and_is_history(client_for, officer, stopped):
    response = client_for(officer).post(f"/deliveries/{stopped.pk}/retry/")
    stopped.refresh_from_db()
    assert response.url == "/deliveries/"
    assert (stopped.state, stopped.attempts, stopped.last_error) == (Errand.PENDING, 0, "")
    assert Event.objects.filter(verb="workflow.errand.retry", person=officer.person).count() == 1


def test_what_has_not_stopped_cannot_be_retried(client_for, officer, issued):
    errand = errands.of(issued).get()
    assert client_for(officer).post(f"/deliveries/{errand.pk}/retry/").status_code == 404


def test_a_retry_is_a_post(client_for, officer, stopped):
    assert client_for(officer).get(f"/deliveries/{stopped.pk}/retry/").status_code == 405
