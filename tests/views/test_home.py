import pytest

from euc import demonstration, services


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


def tiles(actor, client_for):
    return client_for(actor).get("/").context["work"]["tiles"]


def test_the_importers_counts_are_its_own(client_for, drafter, stranger, submitted):
    services.start(by=stranger)
    assert [tile["value"] for tile in tiles(drafter, client_for)] == [0, 0, 1, 0, 0, 0, 0]
    assert [tile["value"] for tile in tiles(stranger, client_for)] == [0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("role", ["drafter", "officer", "senior", "auditor", "analyst"])
def test_a_tile_leads_to_as_many_rows_as_it_says(
    client_for, request, role, drafter, signatory, officer, submitted
):
    approved = demonstration.submitted(drafter=drafter, signatory=signatory, po_number="PO-2")
    services.approve(certificate=approved, by=officer, seen_hash=approved.content_hash)
    actor = request.getfixturevalue(role)
    found = tiles(actor, client_for)
    assert sum(tile["value"] for tile in found) == 2
    for tile in found:
        assert len(client_for(actor).get(tile["url"]).context["page"].rows) == tile["value"]
