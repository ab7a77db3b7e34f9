"""The importer whom a command acts for, named by its IEC."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from accounts.models import Organisation


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument("--organisation", required=True, metavar="IEC", help="the importer, by its IEC")


def importer(iec: str) -> Organisation:
    """Raises CommandError where no active importer has it."""
    found = Organisation.objects.importers().filter(iec=iec, is_active=True).first()
    if found is None:
        raise CommandError("There is no active importer with this IEC.")
    return found
