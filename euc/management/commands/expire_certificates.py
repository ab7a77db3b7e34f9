from django.core.management.base import BaseCommand

from accounts import actors
from euc import services
from euc.models import Certificate
from workflow.engine import Refusal


class Command(BaseCommand):
    help = "Expire the certificates whose last day of validity is over in India. Safe to run at any time."

    def handle(self, *args, **options):
        clock, count = actors.clock(), 0
        for certificate in Certificate.objects.past_validity().iterator(chunk_size=200):
            try:
                services.expire(certificate=certificate, by=clock)
                count += 1
            except Refusal as refusal:
                self.stderr.write(f"{certificate.reference}: {refusal}")
        self.stdout.write(f"{count} certificates expired.")
