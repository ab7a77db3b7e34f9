"""Two people on one drafting page take turns: nobody overwrites what they have not seen.

A page is shown with a `Seen`: its version and the window it was shown in. A save from another window since then is
told apart from one's own autosave, which may still be under way when the button is pressed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc.models import Certificate, GoodsLine, PageSave
from workflow import engine

VERSION, WINDOW = re.compile(r"[0-9]{1,19}\.[0-9]{1,10}"), re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Seen:
    """What a window knows of a page: goods line (0 for none), version, and a name for the window."""

    line_id: int
    version: int
    window: str

    def __str__(self) -> str:
        return f"{self.line_id}.{self.version}"


class Overtaken(engine.Refusal):
    """Somebody else saved the page since it was shown; nothing of this save was kept."""


def seen(certificate: Certificate, page: str, line: GoodsLine | None = None, window: str = "") -> Seen:
    """The page as it stands now, for this window or a new one."""
    last = _last(certificate, page, line)
    return Seen(line.pk if line else 0, last.version if last else 0, window or secrets.token_hex(8))


def read(version: str, window: str) -> Seen | None:
    """What came back with a form. Nothing unless it is as it was given out; the save is then not held to one."""
    if not (VERSION.fullmatch(version) and WINDOW.fullmatch(window)):
        return None
    line_id, number = version.split(".")
    return Seen(int(line_id), int(number), window)


@transaction.atomic
def save(
    *,
    certificate: Certificate,
    by: Actor,
    page: str,
    line: GoodsLine | None,
    known: Seen | None,
    write: Callable[[], None],
) -> None:
    """Write a page and count it as saved from that window; refuses with Overtaken what another window saved since."""
    engine.lock(certificate)
    last = _last(certificate, page, line)
    if known is not None:
        _refuse_overtaken(known, last, line)
    write()
    PageSave.objects.update_or_create(
        certificate=certificate,
        page=page,
        line_id=line.pk if line else 0,
        defaults={
            "version": (last.version if last else 0) + 1,
            "window": known.window if known else "",
            "saved_by": by.person,
            "saved_at": timezone.now(),
        },
    )


def _last(certificate: Certificate, page: str, line: GoodsLine | None) -> PageSave | None:
    of_line = line.pk if line else 0
    return certificate.saves.filter(page=page, line_id=of_line).select_related("saved_by").first()


def _refuse_overtaken(known: Seen, last: PageSave | None, line: GoodsLine | None) -> None:
    if known.line_id != (line.pk if line else 0):
        raise Overtaken(_("The goods lines were renumbered while you had this page open."))
    if last is not None and last.version != known.version and last.window != known.window:
        raise Overtaken(_("%(name)s changed this page while you had it open.") % {"name": last.saved_by})


def differences(mine: Any, saved: Any) -> list[dict[str, str]]:
    """Field by field, what is saved (`old`) and what was typed (`new`) where they differ, as a person reads them."""
    pairs = ((mine[name], saved[name]) for name in mine.fields)
    shown = ((typed.label, _shown(stored), _shown(typed)) for typed, stored in pairs)
    return [{"label": label, "old": old, "new": new} for label, old, new in shown if old != new]


def _shown(bound: Any) -> str:
    value = bound.value()
    choices = dict(getattr(bound.field, "choices", ()))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(choices.get(value, value))
