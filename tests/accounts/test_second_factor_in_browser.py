"""A person sets up an app and a passkey, and signs in with them, in a real browser under the real CSP."""

import os
import shutil
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe

from accounts.models import Membership, Organisation, User
from accounts.roles import Kind, Role

PASSWORD = "four unrelated words here"
EMAIL = "senior@example.test"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(monkeypatch):
    """A page with a virtual security key; fails the test when the browser complains of anything."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        report = pytest.fail if os.environ.get("CI", "").lower() in {"1", "true", "yes"} else pytest.skip
        report("NOT RUN: there is no Chromium on this machine (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    complaints = []
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        page = chrome.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        add_virtual_key(page)
        yield page
        chrome.close()
    assert not complaints


def add_virtual_key(page):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.fixture
def senior(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    person = User.objects.create_user(EMAIL, PASSWORD, full_name="Sunita Senior")
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    authority = Organisation.objects.create(kind=Kind.AUTHORITY, name="Authority")
    Membership.objects.create(person=person, organisation=authority, role=Role.SENIOR)
    return person


def is_accessible(page):
    violations = Axe().run(page).response["violations"]
    return not violations, [(v["id"], v["nodes"][0]["html"]) for v in violations]


def press(page, name):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def sign_in_with_password(page, server):
    page.goto(f"{server.url}/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    press(page, "Sign in")


def sign_out(page, server):
    page.goto(f"{server.url}/accounts/logout/")
    press(page, "Sign out")


class TestSecondFactor:
    def test_is_set_up_and_used(self, page, live_server, senior):
        sign_in_with_password(page, live_server)
        page.wait_for_url("**/accounts/2fa/")
        assert "Your role asks for a second factor" in page.inner_text("#messages")

        page.get_by_role("link", name="Set up an app").click()
        assert is_accessible(page) == (True, [])
        page.fill("[name=password]", PASSWORD)
        press(page, "Confirm")
        secret = page.input_value("#authenticator_secret")
        assert is_accessible(page) == (True, [])
        counter = int(time.time()) // 30
        page.fill("[name=code]", totp.format_hotp_value(totp.hotp_value(secret, counter)))
        press(page, "Activate")
        page.wait_for_url("**/recovery-codes/")
        assert is_accessible(page) == (True, [])
        code = page.input_value("#recovery_codes").split()[0]

        page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
        assert is_accessible(page) == (True, [])
        page.fill("[name=name]", "Key on the desk")
        page.check("[name=passwordless]")
        press(page, "Add")
        page.wait_for_url(lambda url: not url.endswith("/add/"))
        page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
        assert "Key on the desk" in page.inner_text("main")
        assert is_accessible(page) == (True, [])
        assert Authenticator.objects.filter(user=senior).count() == 3

        sign_out(page, live_server)
        sign_in_with_password(page, live_server)
        page.wait_for_url("**/2fa/authenticate/")
        assert is_accessible(page) == (True, [])
        page.fill("[name=code]", code)
        press(page, "Sign In")
        page.wait_for_url(f"{live_server.url}/")

        sign_out(page, live_server)
        page.goto(f"{live_server.url}/accounts/login/")
        page.click("#passkey_login")
        page.wait_for_url(f"{live_server.url}/")

        page.goto(f"{live_server.url}/accounts/2fa/webauthn/reauthenticate/?next=/people/")
        assert is_accessible(page) == (True, [])
        page.click("#mfa_webauthn_reauthenticate")
        page.wait_for_url("**/people/")
