"""`assess_line`: what the control rules say of one goods line on one day, as JSON."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from euc import assessing, control


class Command(BaseCommand):
    help = "Says as JSON what the control rules in use say of one goods line on one day in China."

    def add_arguments(self, parser):
        parser.add_argument("--family", required=True, choices=control.FAMILIES)
        parser.add_argument("--form", required=True, choices=control.FORMS)
        parser.add_argument("--on", required=True, help="YYYY-MM-DD, the day in China")
        parser.add_argument("--unknown", default="", help="elements nobody knows the content of: dy,tb")
        for element in control.ELEMENTS:
            parser.add_argument(f"--{element}", help="mass %%, 0 to 100")

    def handle(self, *, family, form, on, unknown, **options):
        facts = control.Facts(family, form, _shares(options), _elements(unknown))
        with translation.override("en"):
            found = control.assess(facts, _day(on), assessing.rules())
        self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))


def _day(text):
    try:
        if len(text) != len("2026-01-31"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no day written YYYY-MM-DD.") from problem


def _shares(options):
    return {e: _share(e, options[e]) for e in control.ELEMENTS if options.get(e) is not None}


def _share(element, text):
    try:
        share = Decimal(str(text))
    except InvalidOperation:
        share = None
    if share is None or not share.is_finite() or not 0 <= share <= 100:
        raise CommandError(f"--{element} {text}: mass % from 0 to 100.")
    return share


def _elements(text):
    named = frozenset(part.strip().lower() for part in text.split(",") if part.strip())
    if strange := sorted(named - set(control.ELEMENTS)):
        raise CommandError(f"--unknown {', '.join(strange)}: elements are {', '.join(control.ELEMENTS)}.")
    return named
