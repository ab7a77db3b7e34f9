"""Where each gram of a certificate is, as JSON. Exit status 1 when the ledger does not add up."""

import json

from django.core.management.base import BaseCommand, CommandError

from euc.models import Certificate
from shipments import balancing


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("reference", help="of the certificate, for example EUC/0388000001/2026-27/0001")
        parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")

    def handle(self, *args, reference, **options):
        certificate = Certificate.objects.filter(reference=reference).select_related("end_use").first()
        if certificate is None:
            raise CommandError(f"There is no certificate {reference}.")
        balance = balancing.of(certificate)
        self.stdout.write(json.dumps(balancing.as_json(balance), ensure_ascii=False, indent=1))
        if balance.difference_mg:
            raise SystemExit(1)
