"""`make_keys`: the demonstration sealing key of this machine, made once."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from documents import keys


class Command(BaseCommand):
    help = "Makes the demonstration sealing key unless one exists. Never in production."

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Production brings its own key: set SEAL_PKCS12 and SEAL_PASSPHRASE_FILE.")
        made = keys.make()
        verb = "Made" if made else "Kept"
        self.stdout.write(f"{verb} the demonstration sealing key in {settings.KEYS_DIR}.")
