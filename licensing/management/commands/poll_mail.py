from django.core.management.base import BaseCommand

from licensing.mail import polling


class Command(BaseCommand):
    help = "Read the mailbox for mail about licence cases, when it is due. Safe to run at any time."

    def add_arguments(self, parser):
        parser.add_argument("--now", action="store_true", help="also when it failed and is to rest")

    def handle(self, *args, **options):
        found = polling.poll(now=options["now"])
        if found is None:
            self.stdout.write("There is no mailbox, or it is not due.")
        elif found.trouble:
            self.stdout.write(f"{found.taken} messages taken; the mailbox fails: {found.trouble}.")
        else:
            self.stdout.write(f"{found.taken} messages taken{', more wait' if found.is_more else ''}.")
