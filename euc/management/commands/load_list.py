"""Load a list file as the next version of a list; what is open or in force is screened again by a worker."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from accounts import actors
from euc.models import ListVersion, ScreeningList
from euc.screening import files, services


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--code", default="", help="short name of the list; by default that of the file")
        parser.add_argument("--name", default="", help="its name on screen")
        parser.add_argument("--source", default="", help="where it comes from")
        effects = [effect for effect in ScreeningList.Effect.values if effect]
        parser.add_argument("--effect", default="", choices=effects, help="what it does to Chinese licences")

    def handle(self, *args, **options):
        path = options["file"]
        code = slugify(options["code"] or path.name.split(".")[0])[:40]
        if not code:
            raise CommandError("Give the list a short name with --code.")
        try:
            version, is_new = services.load_file(
                path,
                code=code,
                name=options["name"],
                source_url=options["source"],
                effect=options["effect"],
                by=actors.clock(),
                tell=lambda taken: self.stdout.write(f"{taken:,} entries read", ending="\r"),
            )
        except (OSError, files.NotAList) as problem:
            raise CommandError(str(problem)) from problem
        for line, reason in version.refusals[:20]:
            self.stderr.write(f"line {line}: {reason}")
        state = "in use" if version.state == ListVersion.READY else version.get_state_display()
        said = "loaded" if is_new else "was loaded before"
        self.stdout.write(
            f"{version.reference} {said}: {version.taken:,} entries, {version.refused:,} rows refused, {state}."
        )
