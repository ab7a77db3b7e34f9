import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from licensing.mail import keeping, reading


class Command(BaseCommand):
    help = "Take one mail in from a file (.eml) and tell what became of it (JSON). The same file again counts once."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, **options):
        try:
            with Path(options["file"]).open("rb") as file:
                content = file.read(reading.MOST_BYTES + 1)
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}") from None
        if len(content) > reading.MOST_BYTES:
            raise CommandError(f"{options['file']}: larger than {reading.MOST_BYTES // 1024**2} MB")
        message = keeping.take(content)
        said = {
            "message": message.pk,
            "outcome": message.outcome,
            "reason": message.reason,
            "case": message.case.reference if message.case else None,
            "proof": message.proof,
            "suggestions": [
                {
                    "claimed": one.claimed,
                    "on": one.claimed_on.isoformat(),
                    "passage": one.passage,
                    "sure": one.is_sure,
                }
                for one in message.suggestions.all()
            ],
        }
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
