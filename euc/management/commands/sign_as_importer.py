"""`sign_as_importer FILE --organisation NAME --out FILE`: plays the importer's DSC token. Demonstration only."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from documents import importers_token


class Command(BaseCommand):
    help = "Signs a sealed PDF as an importer's token would, with an invented certificate. Refuses in production."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="the importer's legal name")
        parser.add_argument("--person", default="Authorised signatory")
        parser.add_argument("--stamp", action="store_true", help="with a time-stamp of the demonstration")
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, file: Path, organisation: str, person: str, stamp: bool, out: Path, **options):
        token = importers_token.Token(organisation=organisation, person=person, is_stamped=stamp)
        try:
            out.write_bytes(importers_token.sign(file.read_bytes(), token))
        except (OSError, ValueError, RuntimeError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(str(out))
