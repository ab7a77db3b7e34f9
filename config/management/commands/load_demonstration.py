"""Load the demonstration: invented organisations and people, then invented certificates."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import demonstration


class Command(BaseCommand):
    help = "Load invented organisations, people and certificates. Running it again changes nothing."

    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Demonstration people have no place in production.")
        demonstration.load()
        if find_spec("euc.demonstration"):
            import_module("euc.demonstration").load()
        self.stdout.write("Demonstration people, sign in with one click on the first page:")
        for card in demonstration.cards():
            self.stdout.write(f"  {card.full_name:<18} {card.designation:<24} {card.organisation}")
