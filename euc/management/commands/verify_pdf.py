"""`verify_pdf FILE`: whether a file is a registered certificate, and what it says, as JSON."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from documents import verifying
from euc import verification


class Command(BaseCommand):
    help = "Says as JSON whether FILE is registered and in force. Exit status 0 only when it is both."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options):
        try:
            content = file.read_bytes()
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem
        answer = answer_about(content)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
        if not (answer["registered"] and answer.get("in_force")):
            sys.exit(1)


def answer_about(content: bytes) -> dict:
    """The answer as plain data: registered, status, reference, sha256, signatures, problem."""
    finding = verifying.examine(content)
    return {
        "registered": finding.is_genuine,
        "status": "NOT_REGISTERED",
        "sha256": finding.sha256,
        **(verification.status_of(finding.document) if finding.document else {}),
        "signatures": [asdict(signature) for signature in _signatures(finding, content)],
        "problem": str(finding.problem.label) if finding.problem else None,
    }


def _signatures(finding: verifying.Finding, content: bytes) -> list[verifying.SignatureFinding]:
    """The register needs no signatures to know a file; a person asking wants to see them all the same."""
    if not finding.document:
        return finding.signatures
    try:
        return verifying.signatures_of(content)
    except verifying.NotRead:
        return []
