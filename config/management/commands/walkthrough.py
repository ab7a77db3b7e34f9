"""Play the whole story once, from a draft to a signed certificate, and write what came out of it."""

import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actors import Actor
from documents import storing, verifying
from euc import completeness, demonstration, drafting, printing, services
from euc.models import Certificate
from workflow import errands
from workflow.models import Errand

DOCUMENT_SECONDS = 120
A_LOOK = 0.2  # seconds between two looks at an errand that a worker has taken


@dataclass(frozen=True)
class Check:
    """One thing that must be true of the file that was written."""

    holds: bool
    text: str


class Command(BaseCommand):
    help = (
        "Plays the story of one certificate as the demonstration people and writes certificate.pdf, "
        "certificate.json and verify-url.txt. Exit status 0 only when the PDF is registered, in force and "
        "its signature valid over the whole file."
    )

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, required=True, help="folder for the files; made if absent")

    def handle(self, *, out: Path, **options):
        if settings.PRODUCTION:
            raise CommandError("Demonstration people have no place in production.")
        call_command("load_reference", stdout=StringIO())
        who = demonstration.people()
        certificate = self.drafted(who["drafter"], who["signatory"])
        self.returned_once(certificate, who)
        self.issued(certificate, who["officer"], who["senior"])
        certificate = self.sealed(certificate)
        pdf = self.written(certificate, out)
        self.confirm(certificate, pdf)

    def tell(self, by: Actor, deed: str) -> None:
        self.stdout.write(f"{by.name} ({by.designation}, {by.organisation}) {deed}")

    def drafted(self, drafter: Actor, signatory: Actor) -> Certificate:
        """A complete draft with two lines, signed and submitted."""
        certificate = demonstration.complete_draft(
            by=drafter,
            po_number=f"PO-{timezone.now():%Y%m%d-%H%M%S}",
            lines=(demonstration.GOODS, demonstration.SECOND_LINE),
        )
        self.tell(drafter, f"drafted {certificate.reference} for order {certificate.po_number}.")
        services.submit(certificate=certificate, by=signatory, notice_seen=True)
        self.tell(signatory, "read the document and the statutory notice, signed and submitted it.")
        return certificate

    def returned_once(self, certificate: Certificate, who: dict[str, Actor]) -> None:
        """The officer's remark on one field, the drafter's answer, and the second submission."""
        text = "Please name the drawing of the rotor (demonstration)."
        remark = services.comment(
            certificate=certificate, by=who["officer"], page=completeness.END_USE, field="position", text=text
        )
        reason = "The place of the magnet is not clear (demonstration)."
        services.send_back(certificate=certificate, by=who["officer"], reason=reason)
        self.tell(who["officer"], f"returned it: “{text}”")
        position = f"{demonstration.END_USE['position']}, drawing DEMO-7"
        columns = demonstration.END_USE | {"position": position}
        certificate.refresh_from_db()
        drafting.record_end_use(certificate=certificate, by=who["drafter"], columns=columns)
        services.settle_comment(comment=remark, by=who["drafter"])
        self.tell(who["drafter"], f"mended it: “{position}”.")
        services.submit(
            certificate=Certificate.objects.get(pk=certificate.pk), by=who["signatory"], notice_seen=True
        )
        self.tell(who["signatory"], "signed and submitted revision 2.")

    def issued(self, certificate: Certificate, officer: Actor, senior: Actor) -> None:
        certificate.refresh_from_db()
        services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash)
        self.tell(officer, f"approved the text with SHA-256 {certificate.content_hash[:16]}….")
        services.issue(certificate=certificate, by=senior, seen_hash=certificate.content_hash)
        self.tell(senior, f"issued it, valid until {certificate.valid_until:%d-%m-%Y}.")

    def sealed(self, certificate: Certificate) -> Certificate:
        """Run the errand here; where a worker was quicker, wait for it."""
        errand = errands.of(certificate).get(kind="euc.print_certificate")
        deadline = time.monotonic() + DOCUMENT_SECONDS
        while not errands.run(errand.pk):
            errand.refresh_from_db()
            if errand.state == Errand.DONE:
                break
            if not errand.is_running and errand.last_error:
                raise CommandError(f"The document could not be made: {errand.last_error}")
            if time.monotonic() > deadline:
                raise CommandError(f"The document was not made within {DOCUMENT_SECONDS} s.")
            time.sleep(A_LOOK)
        certificate = Certificate.objects.select_related("document__file").get(pk=certificate.pk)
        document = certificate.document
        self.stdout.write(
            f"The document was sealed: {document.page_count} pages, by {document.signer_subject}."
        )
        return certificate

    def written(self, certificate: Certificate, out: Path) -> bytes:
        """Write the three files; the PDF's bytes as they lie on disk."""
        out.mkdir(parents=True, exist_ok=True)
        revision = certificate.revisions.get(number=certificate.revision_number)
        data = printing.certificate_json(content=revision.content, issue=certificate.issue_block)
        (out / "certificate.pdf").write_bytes(storing.read(certificate.document.file))
        (out / "certificate.json").write_bytes(data)
        (out / "verify-url.txt").write_text(certificate.issue_block["verify_url"] + "\n")
        self.stdout.write(f"Written to {out}: certificate.pdf, certificate.json, verify-url.txt")
        return (out / "certificate.pdf").read_bytes()

    def confirm(self, certificate: Certificate, pdf: bytes) -> None:
        """Say what was found of the written file; fail unless all of it holds."""
        checks = checks_of(certificate, pdf)
        for check in checks:
            self.stdout.write(f"  {'yes' if check.holds else 'NO '}  {check.text}")
        if not all(check.holds for check in checks):
            raise CommandError("The written file is not what was issued.")


def checks_of(certificate: Certificate, pdf: bytes) -> list[Check]:
    finding = verifying.examine(pdf)
    seals = verifying.signatures_of(pdf)
    return [
        Check(finding.document == certificate.document, "the written PDF is the registered document"),
        Check(certificate.is_in_force(), "the certificate is in force"),
        Check(
            len(seals) == 1 and all(s.intact and s.valid and s.trusted for s in seals),
            "its signature is valid and from the key this installation trusts",
        ),
        Check(
            bool(seals) and all(s.whole_file and s.unchanged for s in seals),
            "the signature covers the whole file",
        ),
    ]
