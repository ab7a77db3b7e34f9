from django.core.management.base import BaseCommand

from euc import reference


class Command(BaseCommand):
    help = "Add the reference data that ships with the product; rows that exist are left alone."

    def handle(self, *args, **options):
        self.stdout.write(f"{reference.load()} rows added.")
