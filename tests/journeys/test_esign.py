"""Signing by eSign in a real browser: away to another site and back, under the pages' own policy."""

import json
import re

import pytest

from tests.documents import poppler
from tests.journeys.test_pages import WIDTHS, wrong_with

pytestmark = pytest.mark.browser
PAGE = "/certificates/{}/esign/"


@pytest.fixture
def slug(product, tmp_path):
    """A certificate that was just issued and sealed."""
    done = product.manage("walkthrough", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads((tmp_path / "certificate.json").read_text())["content"]
    return content["reference"].replace("/", "-")


def looks_well(signatory):
    for width, height in WIDTHS.items():
        signatory.page.set_viewport_size({"width": width, "height": height})
        assert not wrong_with(signatory.page)


def goes_to_the_provider(signatory, slug, way):
    signatory.opens(PAGE.format(slug))
    signatory.presses("Sign with Aadhaar eSign")
    signatory.sees("Say that you agree.")
    looks_well(signatory)
    signatory.fills(consent=True)
    signatory.presses("Sign with Aadhaar eSign")
    signatory.sees("Go on at Simulated eSign")
    looks_well(signatory)
    signatory.presses("Continue to Simulated eSign")
    signatory.sees("SIMULATED eSign provider", "SHA-256")
    signatory.page.select_option("#way", way)
    signatory.presses("Sign")
    signatory.page.get_by_role("button", name=re.compile("Go back")).click()


def test_there_and_back(people, slug, tmp_path):
    signatory = people.enter("Rohan Deshmukh")
    goes_to_the_provider(signatory, slug, "cancelled")
    signatory.sees("The eSign provider did not sign: The person cancelled. (SIM-991)", "Try again")
    looks_well(signatory)

    goes_to_the_provider(signatory, slug, "forged")
    signatory.sees("is not signed by our eSign provider", "Nothing was changed")
    looks_well(signatory)

    goes_to_the_provider(signatory, slug, "well")
    signatory.sees(
        "Your signature is kept with the certificate.", "A personal signature on behalf of Sahyadri"
    )
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(signatory.downloads("PDF with both signatures"))
    assert poppler.run("pdfsig", "-nocert", str(signed)).count("Signature is Valid.") == 2
