"""Make this installation ready to start: keys, database, reference and demonstration data."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        if settings.DEMONSTRATION:
            call_command("make_keys", verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference")
        if settings.DEMONSTRATION:
            call_command("load_demonstration")
