"""`compromise_drill --from DATE --out FILE`: what to know when the sealing key was stolen, tried before the day."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from documents import drilling, signing, stamping

STEPS = """What to do on the day:
  1. Remove the key from the worker: sealing stops, the work stays owed, nothing is lost.
  2. Have its certificate revoked by its authority, as of the day it was stolen.
  3. Place a new key (rotate_seal --check ...). Owed papers are sealed with it.
  4. Tell whoever relies on papers to verify them here, not by the signature alone. Papers in the
     list stay genuine."""


class Command(BaseCommand):
    help = "Lists what the key in use has sealed since a day, and proves that a thief's paper is not called genuine."

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="since", required=True, help="YYYY-MM-DD, in UTC")
        parser.add_argument(
            "--subject",
            default="",
            help="of the stolen key's certificate (RFC 4514); by default the one in use",
        )
        parser.add_argument("--out", type=Path, required=True, help="the list as CSV")

    def handle(self, *, since: str, subject: str, out: Path, **options):
        try:
            first = datetime.combine(date.fromisoformat(since), time(), UTC)
        except ValueError as problem:
            raise CommandError("--from must be a day as YYYY-MM-DD.") from problem
        try:
            with out.open("w", newline="") as file:
                count = drilling.write_list(drilling.sealed_since(first, subject=subject), file)
            forgery = drilling.forge()
        except (OSError, signing.NoKey, stamping.NoTimeStamp) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{count} papers sealed since {since} are listed in {out}; they stay genuine.")
        seal = "valid and trusted" if forgery.has_valid_seal else "not valid"
        answer = "GENUINE" if forgery.is_genuine else "not genuine"
        self.stdout.write(f"A paper forged with the key: its seal is {seal}; verification calls it {answer}.")
        if forgery.is_genuine:
            raise CommandError("The forged paper was called genuine: do not rely on verification.")
        self.stdout.write(STEPS)
