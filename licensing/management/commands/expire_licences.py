"""Expire licences whose last day is over in China; run every hour, safe to repeat."""

from django.core.management.base import BaseCommand

from accounts import actors
from euc import control
from licensing import services
from licensing.models import Licence


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        past = Licence.objects.filter(
            status__in=("ISSUED", "SUSPENDED"), expires_on__lt=control.day_in_china()
        )
        for licence in past.order_by("pk").iterator(chunk_size=200):
            services.expire(licence=licence, by=actors.clock())
