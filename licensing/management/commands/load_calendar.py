"""Write China's working days of the known years and estimates of the next two; safe to repeat."""

from django.core.management.base import BaseCommand

from euc import control
from licensing import calendar


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        written = calendar.load(control.day_in_china())
        self.stdout.write(f"{written} days written")
