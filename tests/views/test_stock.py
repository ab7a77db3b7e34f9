"""Stock on the pages: each lot with all its places, countries by their names."""

import re

import pytest

from shipments import balancing, presenting, watch_law
from shipments.services import LotPlan
from tests.euc.life import Life
from tests.remembering import remembered
from tests.shipments.voyage import KG, Voyage, licence_for
from workflow.models import Event


@remembered
def voyage(library, drafter, signatory, officer, senior, platform):
    certificate = Life(drafter, signatory, officer, senior, None).issued()
    return Voyage(drafter, signatory, certificate, licence_for(certificate))


@remembered
def lots(voyage):
    """Fourteen lots in store, then each partly in production: the order in which their places came about."""
    made = [voyage.received(LotPlan(1, 10 * KG, 100, batch=f"H-{n:02}")).lots()[0] for n in range(14)]
    for lot in made:
        voyage.move(lot, "issue", 4 * KG, 40)
    return made


class TestListing:
    def test_shows_each_lot_with_all_its_places_over_the_pages(self, client_for, lots, drafter):
        client, seen, path = client_for(drafter), [], "/stock/"
        while path:
            shown = client.get(path).content.decode()
            seen += re.findall(r">(H-\d\d)</a>", shown)
            further = re.search(r'href="(\?after=[^"]+)"', shown)
            path = f"/stock/{further[1]}" if further else ""
        assert seen == [lot.batch for lot in reversed(lots) for _place in range(2)]

    def test_names_countries(self, client_for, voyage, lots, drafter):
        voyage.move(lots[0], "build_in", 4 * KG, 40)
        voyage.move(lots[0], "export_product", KG, 10, to_place="DE")
        client = client_for(drafter)
        paths = (
            "/stock/?account=EXPORTED_PRODUCT",
            f"/stock/lots/{lots[0].pk}/",
            f"/certificates/{voyage.certificate.slug}/balance/",
        )
        for path in paths:
            assert "Germany" in client.get(path).content.decode()
        places = {place.account: place.named for place in balancing.of(voyage.certificate).places()}
        assert (places["EXPORTED_PRODUCT"], places["ON_HAND"]) == ("Germany", "Chakan plant")


@pytest.mark.parametrize(
    ("verb", "tone"),
    [
        ("shipments.signal.raise", watch_law.TONES["OPEN"]),
        ("shipments.export.raise", watch_law.TONES["OPEN"]),
        ("shipments.incident.report", "danger"),
    ],
)
def test_history_has_the_tone_that_each_life_gives_a_status(verb, tone):
    assert presenting.history([Event(verb=verb, to_status="OPEN")])[0]["tone"] == tone
