"""Add to the totals what has changed; run every few seconds, safe to repeat."""

from django.core.management.base import BaseCommand

from ministry import folding


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        folding.fold()
