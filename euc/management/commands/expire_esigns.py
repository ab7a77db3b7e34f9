from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import actors
from euc import esigning
from euc.models import Esign


class Command(BaseCommand):
    help = "End the signings by eSign that no answer came to in time. Safe to run at any time."

    def handle(self, *args, **options):
        clock, at, count = actors.clock(), timezone.now(), 0
        over = Esign.objects.filter(state=Esign.State.PENDING, ends_at__lte=at).select_related("certificate")
        for esign in over.iterator(chunk_size=200):
            esigning.expire(esign=esign, by=clock, at=at)
            count += 1
        self.stdout.write(f"{count} signings by eSign ended.")
