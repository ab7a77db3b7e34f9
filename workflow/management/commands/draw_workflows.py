from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflow.law import REGISTRY


def page() -> str:
    """docs/workflows.md, drawn from the tables of steps."""
    parts = ["# Life cycles\n\nDrawn from the tables of steps by `manage.py draw_workflows`; do not edit.\n"]
    for name, workflow in sorted(REGISTRY.items()):
        parts.append(f"## {name}\n\n```mermaid\n{workflow.diagram()}\n```\n")
        rows = ["| verb | from | to | who | asks |", "|---|---|---|---|---|"]
        for step in workflow.steps:
            sources = ", ".join(sorted(step.sources, key=workflow.statuses.index))
            who = ", ".join(sorted(step.roles)).lower()
            rows.append(f"| {step.verb} | {sources} | {step.target} | {who} | {', '.join(step.asks)} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


class Command(BaseCommand):
    help = "Write docs/workflows.md from the law; with --check, exit 1 when it is out of date."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, check=False, **options):
        path = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        if check and (not path.exists() or path.read_text() != page()):
            raise CommandError("docs/workflows.md is out of date: run manage.py draw_workflows.")
        if not check:
            path.write_text(page())
