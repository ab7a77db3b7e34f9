"""Weigh the rules about figures and tell of crossings; safe to repeat."""

from django.core.management.base import BaseCommand

from ministry import warning


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{warning.watch()} crossings told.")
