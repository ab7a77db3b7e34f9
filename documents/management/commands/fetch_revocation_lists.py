"""`fetch_revocation_lists`: fetches the lists of REVOCATION_LIST_URLS; fails when one does not come. Beat runs it."""

from django.core.management.base import BaseCommand, CommandError

from documents import revoking


class Command(BaseCommand):
    help = "Fetches the lists of revoked certificates (CRL) and keeps those that are newer."

    def handle(self, **options):
        found = revoking.fetch()
        for one in found:
            self.stdout.write(f"{one.url}: {one.problem or one.issuer}{' (new)' if one.is_new else ''}")
        if any(one.problem for one in found):
            raise CommandError("Not every list could be fetched; those at hand stay.")
