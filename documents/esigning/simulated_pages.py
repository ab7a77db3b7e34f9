"""The pages of the simulated ESP as a WSGI application: what a person sees between leaving and coming back.

It keeps nothing: each page carries the request on. Nobody types an Aadhaar number into it, for none would be real.
"""

from __future__ import annotations

import email.message
import email.parser
import html
import time
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any

from documents.esigning import simulated

PASSWORD = "123456"  # noqa: S105 - shown on the page
LARGEST = 256 * 1024
SLOW_SECONDS = 20
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 16px/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; background: #fffbea }}
label {{ display: block; margin: 1rem 0 0.2rem }}
input, select, button {{ font: inherit; padding: 0.4rem; max-width: 100%; box-sizing: border-box }}
button {{ margin-top: 1.2rem; background: #1d4e89; color: #fff; border: 0; padding: 0.6rem 1.2rem }}
code {{ overflow-wrap: anywhere }}</style></head><body>
<p><strong>SIMULATED eSign provider</strong>. Nothing here is real.</p>
"""


class Pages:
    """The application. `person` is who is certified unless another name is typed."""

    def __init__(self, esp: simulated.Esp, *, person: str, answer_field: str = "eSignResponse"):
        self.esp = esp
        self.person = person
        self.answer_field = answer_field

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        posts = {"/esign": self.enter, "/answer": self.answer}
        page = posts.get(environ.get("PATH_INFO", ""))
        if page is None or environ["REQUEST_METHOD"] != "POST":
            return _page(
                start_response, "404 Not Found", "Nothing here", "<p>Requests are posted to /esign.</p>"
            )
        try:
            given = _fields(environ)
            asked = simulated.read(self.esp, given.get("eSignRequest", "").encode())
            return page(given, asked, start_response)
        except (simulated.BadRequest, ValueError) as problem:
            text = f"<p>The request is not served: {html.escape(str(problem))}</p>"
            return _page(start_response, "400 Bad Request", "Not served", text)

    def enter(
        self, given: dict[str, str], asked: simulated.Asked, start_response: Callable
    ) -> Iterable[bytes]:
        """Who signs what, the one-time password, and how to behave."""
        ways = "".join(
            f'<option value="{way}">{html.escape(told)}</option>' for way, told in simulated.WAYS.items()
        )
        return _page(
            start_response,
            "200 OK",
            "One-time password",
            f"""<h1>Sign a document</h1>
<p>{html.escape(asked.asp_id)} asks to sign <strong>{html.escape(asked.about)}</strong>, of which only this is known:
<code>SHA-256 {html.escape(asked.sha256)}</code></p>
<form method="post" action="/answer">{_hidden("eSignRequest", given["eSignRequest"])}
<label for="name">Name, as a real provider would learn it from Aadhaar</label>
<input id="name" name="name" value="{html.escape(self.person)}" size="40">
<label for="otp">One-time password ({PASSWORD})</label>
<input id="otp" name="otp" value="{PASSWORD}" inputmode="numeric">
<label for="way">The answer comes</label><select id="way" name="way">{ways}</select>
<div><button type="submit">Sign</button></div></form>""",
        )

    def answer(
        self, given: dict[str, str], asked: simulated.Asked, start_response: Callable
    ) -> Iterable[bytes]:
        """The answer, for the person to carry back."""
        way = given.get("way", "well")
        if way not in simulated.WAYS:
            raise ValueError("There is no such way to answer.")
        if given.get("otp") != PASSWORD and way == "well":
            way = "error"
        if way == "slow":
            time.sleep(SLOW_SECONDS)
        person = given.get("name", "").strip() or self.person
        content = simulated.answer(self.esp, asked, person=person, way=way).decode()
        form = f"""<form method="post" action="{html.escape(asked.answer_to)}">{_hidden(self.answer_field, content)}
<button type="submit">Go back to {html.escape(asked.asp_id)}</button></form>"""
        if way == "twice":
            form += form.replace("<form ", '<form target="_blank" ').replace(
                "Go back", "Post it in another window"
            )
        return _page(start_response, "200 OK", "Back", f"<h1>Done</h1>{form}")


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'


def _page(start_response: Callable, status: str, title: str, body: str) -> Iterable[bytes]:
    text = f"{HEAD.format(title=html.escape(title))}{body}</body></html>".encode()
    heads = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
    start_response(status, [*heads, ("Content-Length", str(len(text)))])
    return [text]


def _fields(environ: dict[str, Any]) -> dict[str, str]:
    """What a form posted, in either encoding. Raises ValueError."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 <= length <= LARGEST:
        raise ValueError("It is too large.")
    body = environ["wsgi.input"].read(length)
    kind = environ.get("CONTENT_TYPE", "")
    if kind.startswith("multipart/form-data"):
        message = email.parser.BytesParser().parsebytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
        )
        return {name: text for part in message.walk() if (name := _name(part)) for text in [_text(part)]}
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def _name(part: email.message.Message) -> str:
    return str(part.get_param("name", "", header="content-disposition") or "")


def _text(part: email.message.Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode() if isinstance(content, bytes) else ""
