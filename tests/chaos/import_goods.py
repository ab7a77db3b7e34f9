"""`import_goods.py MARK ROWS skip|whole`: have a file of so many consignments planned, one an invoice."""

import sys

import django

django.setup()

from euc import demonstration, drafting  # noqa: E402 - Django must be set up first
from euc import services as certificates  # noqa: E402
from euc.models import Certificate  # noqa: E402
from shipments import import_files  # noqa: E402
from shipments.models import ImportFile  # noqa: E402

KG = 1_000_000


def certificate(mark: str) -> Certificate:
    """An issued one with ten tonnes on its line."""
    people = demonstration.people()
    goods = {**demonstration.GOODS, "net_weight_mg": 10_000 * KG}
    draft = demonstration.complete_draft(by=people["drafter"], po_number=mark, lines=(goods,))
    for one in draft.inspected():
        drafting.answer_finding(
            certificate=draft, by=people["drafter"], fingerprint=one.finding.fingerprint, text="As ordered"
        )
    draft = Certificate.objects.get(pk=draft.pk)
    certificates.submit(certificate=draft, by=people["signatory"], notice_seen=True)
    certificates.approve(certificate=draft, by=people["officer"], seen_hash=draft.content_hash)
    certificates.issue(certificate=draft, by=people["senior"], seen_hash=draft.content_hash)
    return draft


def start(mark: str, rows: int, *, skips_bad: bool) -> ImportFile:
    """Every tenth row does not hold where bad ones are skipped."""
    reference, by = certificate(mark).reference, demonstration.people()["drafter"]
    lines = ["certificate,invoice_number,line,weight_kg"]
    for number in range(rows):
        line = 9 if skips_bad and number % 10 == 9 else 1
        lines.append(f"{reference},{mark}-{number},{line},0.1")
    content = "\n".join([*lines, ""]).encode()
    file, _is_new = import_files.take(content=content, name=f"{mark}.csv", by=by)
    import_files.start(file=file, by=by, mapping=file.mapping, skips_bad=skips_bad)
    return file


if __name__ == "__main__":
    start(sys.argv[1], int(sys.argv[2]), skips_bad=sys.argv[3] == "skip")
