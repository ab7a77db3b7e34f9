"""`dossier REFERENCE --out DIR`: writes the dossier of a certificate in force as one ZIP."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actors
from documents import fonts, rendering, signing, stamping, storing
from euc import dossier
from euc.models import Certificate
from workflow import engine, events


class Command(BaseCommand):
    help = (
        "Writes REFERENCE's dossier into DIR: sealed papers, evidence, data, and SHA256SUMS for sha256sum -c."
    )

    def add_arguments(self, parser):
        parser.add_argument("reference", help="EUC/... with slashes or hyphens")
        parser.add_argument("--out", type=Path, default=Path())

    @transaction.atomic
    def handle(self, *, reference: str, out: Path, **options):
        found = next((c for c in Certificate.objects.filter(reference__in=_spellings(reference))), None)
        if found is None:
            raise CommandError(f"There is no certificate {reference}.")
        try:
            content = dossier.pack(found)
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{found.slug}-dossier.zip"
            path.write_bytes(content)
        except (
            engine.Refusal,
            signing.NoKey,
            stamping.NoTimeStamp,
            storing.Corrupted,
            fonts.GlyphMissing,
        ) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (rendering.RenderFailed, OSError) as problem:
            raise CommandError(f"The dossier could not be written: {problem}") from problem
        details = {"edition": dossier.edition(found)}
        verb = "euc.certificate.pack_dossier"
        events.record(book=found.book, subject=found, verb=verb, by=actors.clock(), details=details)
        self.stdout.write(str(path))


def _spellings(reference: str) -> set[str]:
    """EUC-<IEC>-2026-27-0001 stands in addresses for EUC/<IEC>/2026-27/0001."""
    parts = reference.strip().upper().split("-")
    slashed = "/".join([*parts[:2], "-".join(parts[2:4]), *parts[4:]]) if len(parts) == 5 else ""
    return {reference.strip().upper(), slashed}
