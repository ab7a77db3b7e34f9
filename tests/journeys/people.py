"""The people of the story as a product owner would tell it: they enter, open, fill, press and see."""

import os
import re
from contextlib import suppress
from pathlib import Path

from tests.journeys.product import Product

WAIT_MS = 15_000
TAKES_PICTURES = not os.environ.get("CI")
NOISE = ("Failed to load resource: the server responded with a status of 4",)


class People:
    """Everybody who takes part; each in a browser context of their own."""

    def __init__(self, product: Product, browser):
        self.product, self.browser = product, browser
        self.cast: list[Person] = []

    def enter(self, full_name: str, **how) -> "Person":
        """Open the first page and sign in with the one click that the demonstration offers."""
        person = self.visitor(**how)
        person.opens("/")
        person.presses(f"Sign in as {full_name}")
        person.sees(full_name)
        return person

    def visitor(self, **how) -> "Person":
        """Somebody without an account, in a fresh browser."""
        person = Person(self, **how)
        self.cast.append(person)
        return person

    def leave(self) -> list[str]:
        """Everybody closes the browser; what they met in the console, and any answer of 500 and above."""
        for person in self.cast:
            person.context.close()
        return [problem for person in self.cast for problem in person.problems]

    def picture_all(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, person in enumerate(self.cast):
            with suppress(Exception):
                person.page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)


class Person:
    """One person at one browser window."""

    def __init__(self, people: People, *, javascript: bool = True, width: int = 1280, height: int = 900):
        self.people, self.problems = people, []
        self.context = people.browser.new_context(
            base_url=people.product.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale="en-GB",
            accept_downloads=True,
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page = self.context.new_page()
        self._listen(self.page)

    def _listen(self, page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._response)
        page.on("dialog", lambda dialog: dialog.accept())

    def _console(self, message) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(NOISE):
            self.problems.append(f"{self.page.url}: {message.text}")

    def _response(self, response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    # --- what they do -----------------------------------------------------------------------------

    def opens(self, path: str) -> None:
        self.page.goto(path)

    def presses(self, name: str) -> None:
        """Press the button or follow the link of exactly this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        button.or_(link).first.click()

    def fills(self, **fields: str | bool) -> None:
        """Type into fields by name (`__` stands for a hyphen); a choice is made by its value."""
        for name, value in fields.items():
            field = self.page.locator(f"#id_{name.replace('__', '-')}")
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def types(self, name: str, text: str) -> None:
        """Key by key, as fingers do."""
        field = self.page.locator(f"#id_{name}")
        field.fill("")
        field.press_sequentially(text)

    def waits_until_saved(self) -> None:
        self.page.locator("#saved", has_text=re.compile("Saved [0-9]")).wait_for()

    def uploads(self, field: str, *, name: str, content: bytes, media_type: str) -> None:
        file = {"name": name, "mimeType": media_type, "buffer": content}
        self.page.locator(field).set_input_files(files=[file])

    def downloads(self, name: str) -> bytes:
        with self.page.expect_download() as waiting:
            self.presses(name)
        return Path(waiting.value.path()).read_bytes()

    def reads_in(self, language: str) -> None:
        """Choose the language by its own name."""
        self.page.get_by_role("button", name=language, exact=True).click()

    def loses_the_session(self) -> None:
        self.context.clear_cookies()

    def signs_in_again(self, full_name: str) -> None:
        self.opens("/")
        self.presses(f"Sign in as {full_name}")
        self.sees(full_name)

    # --- what they see ----------------------------------------------------------------------------

    def sees(self, *texts: str) -> None:
        for text in texts:
            self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def does_not_see(self, *texts: str) -> None:
        for text in texts:
            assert text not in self.page.locator("body").inner_text(), text

    def sees_typed(self, **fields: str) -> None:
        for name, value in fields.items():
            typed = self.page.locator(f"#id_{name.replace('__', '-')}").input_value()
            assert typed == value, f"{name}: {typed!r}"

    def stands_on(self, field: str) -> None:
        """The keyboard is in this field."""
        self.page.locator(f"#id_{field}:focus").wait_for()

    def text_of(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def picture(self, path: Path) -> None:
        """To be looked at by whoever runs the journeys; nobody does in CI, and it takes as long as the checks."""
        if TAKES_PICTURES:
            self.page.screenshot(path=path, full_page=True)
