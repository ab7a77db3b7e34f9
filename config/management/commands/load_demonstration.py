"""Load the demonstration: invented organisations and people, certificates, licence cases and consignments."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import demonstration
from euc import demonstration as certificates
from shipments import demonstration as shipments


class Command(BaseCommand):
    help = "Load invented organisations, people and certificates. Running it again changes nothing."

    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Demonstration people have no place in production.")
        demonstration.load()
        certificates.load()
        shipments.load()
        self.stdout.write("Demonstration people, sign in with one click on the first page:")
        for card in demonstration.cards():
            self.stdout.write(f"  {card.full_name:<18} {card.designation:<24} {card.organisation}")
