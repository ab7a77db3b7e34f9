import pytest


@pytest.fixture
def undertaking(issued):
    return issued.undertakings.get()


def test_the_detail_shows_each_clause_in_three_languages(client_for, drafter, undertaking, url):
    page = client_for(drafter).get(url(undertaking)).content.decode()
    assert "We will use the goods only for the end use declared" in page
    assert 'lang="zh-Hans"' in page
    assert 'lang="hi"' in page


def test_another_importer_sees_nothing(client_for, stranger, undertaking, url):
    client = client_for(stranger)
    assert client.get(url(undertaking)).status_code == 404
    assert undertaking.reference not in client.get("/undertakings/").content.decode()


class TestStep:
    @pytest.mark.parametrize(
        ("verb", "status"), [("release", "RELEASED"), ("declare-breach", "BREACHED"), ("revoke", "REVOKED")]
    )
    def test_ends_it_with_a_reason(self, client_for, senior, undertaking, url, verb, status):
        client = client_for(senior)
        assert client.get(url(undertaking, f"{verb}/")).status_code == 200
        assert client.post(url(undertaking, f"{verb}/"), {"reason": ""}).status_code == 422
        response = client.post(url(undertaking, f"{verb}/"), {"reason": "As agreed."})
        undertaking.refresh_from_db()
        assert response.url == url(undertaking)
        assert undertaking.status == status

    def test_is_the_senior_officers_alone(self, client_for, officer, drafter, undertaking, url):
        for actor in (officer, drafter):
            response = client_for(actor).post(url(undertaking, "release/"), {"reason": "Please."})
            assert response.status_code == 403

    def test_is_taken_once(self, client_for, senior, undertaking, url):
        client = client_for(senior)
        client.post(url(undertaking, "release/"), {"reason": "As agreed."})
        assert client.post(url(undertaking, "revoke/"), {"reason": "Again."}).status_code == 409

    @pytest.mark.parametrize("verb", ["sign", "approve", "bring-into-force"])
    def test_has_no_door_of_its_own_for_what_the_certificate_does(
        self, client_for, senior, undertaking, url, verb
    ):
        assert client_for(senior).post(url(undertaking, f"{verb}/")).status_code == 404
