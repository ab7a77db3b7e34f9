"""`rotate_seal`: changes the demonstration's sealing key; with `--check FILE` judges a real one beforehand."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from documents import drilling

STEPS = """To place it:
  1. Add its root to SEAL_TRUST_ROOTS; keep the old roots, old papers are judged by them.
  2. Replace SEAL_PKCS12 and SEAL_PASSPHRASE_FILE; workers notice the new file by themselves.
  3. Issue one certificate and look at its seal. Then destroy the old key."""


class Command(BaseCommand):
    help = (
        "Changes the demonstration's sealing key, or judges a new key file with --check. Papers stay genuine."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", type=Path, help="a PKCS#12 file that is to take the place of the key in use"
        )
        parser.add_argument("--passphrase-file", type=Path, help="the file with its passphrase")

    def handle(self, *, check: Path | None, passphrase_file: Path | None, **options):
        if (check is None) != (passphrase_file is None):
            raise CommandError("--check and --passphrase-file belong together.")
        try:
            if check is not None and passphrase_file is not None:
                found = drilling.check(check, passphrase_file)
            else:
                found = drilling.rotate_demonstration()
        except drilling.Unfit as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{found.subject}\nvalid until {found.valid_until:%d-%m-%Y}")
        if check is not None:
            trusted = "leads to it already" if found.is_trusted else "does not lead to it yet"
            self.stdout.write(f"SEAL_TRUST_ROOTS {trusted}.\n{STEPS}")
