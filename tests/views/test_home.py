import pytest

from euc import services


def test_visitors_read_what_this_is(client, db):
    page = client.get("/").content.decode()
    assert "End-user certificates for rare-earth magnets" in page
    assert "Verify a certificate" in page


def test_one_click_sign_in_is_offered_in_demonstrations_alone(client, db, settings):
    from accounts import demonstration

    demonstration.load()
    assert "Sign in as" not in client.get("/").content.decode()
    settings.DEMONSTRATION = True
    assert "Sign in as Asha Kulkarni" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("drafter", ["New certificate", "To be finished"]),
        ("signatory", ["New certificate", "Under review"]),
        ("officer", ["Waiting for review", "/queue/"]),
        ("senior", ["Waiting for issue", "/queue/?for=issue"]),
        ("auditor", ["Issued last"]),
        ("analyst", ["Issued last"]),
        ("administrator", []),
    ],
)
def test_each_role_sees_its_own_work(client_for, request, role, words):
    response = client_for(request.getfixturevalue(role)).get("/")
    assert response.status_code == 200
    page = response.content.decode()
    assert [word for word in words if word not in page] == []


def test_the_importers_counts_are_its_own(client_for, drafter, stranger, submitted):
    services.start(by=stranger)

    def tiles(actor):
        return [tile["value"] for tile in client_for(actor).get("/").context["work"]["tiles"]]

    assert tiles(drafter) == [0, 0, 1, 0, 0]
    assert tiles(stranger) == [0, 1, 0, 0, 0]
