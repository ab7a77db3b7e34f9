"""A person of the demonstration in a browser of their own at the web server, over the loopback interface."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from django.conf import settings
from django.urls import reverse

START_SECONDS = 60


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given):
        return None


class Person:
    """Signed in by the one click that the demonstration offers."""

    def __init__(self, port: int, email: str):
        self.base = f"http://localhost:{port}"
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), NoRedirect()
        )
        self._await_server()
        self.post(reverse("accounts:demonstration-sign-in"), person=email)

    def _await_server(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.open(reverse("account_login"))
                return
            except urllib.error.URLError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def open(self, path: str) -> None:
        """Ask for a page and read it. Raises urllib's errors for what is none."""
        with self.opener.open(f"{self.base}{path}", timeout=60) as answer:
            answer.read()

    def post(self, path: str, **fields: str) -> None:
        """Send a form; RuntimeError unless it is accepted, which shows as a redirect."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == settings.CSRF_COOKIE_NAME)
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        try:
            self.opener.open(f"{self.base}{path}", body, timeout=60).close()
        except urllib.error.HTTPError as answer:
            if answer.code == 302:
                return
            said = re.sub(r"<[^>]+>|\s+", " ", answer.read().decode())[:1000]
            raise RuntimeError(f"{path} answered {answer.code}: {said}") from None
        raise RuntimeError(f"{path} was not accepted")
