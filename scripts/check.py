"""Lint, types at the layer boundary, import direction, missing migrations. Non-zero when one fails."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")

# What other layers call is typed in full; the rest is left bare.
TYPED = [
    *("workflow/law.py", "workflow/engine.py", "workflow/errands.py", "workflow/events.py"),
    *("euc/services.py", "euc/drafting.py", "euc/turns.py", "euc/content.py", "euc/printing.py"),
    *("euc/control.py", "euc/assessing.py", "euc/ruling.py", "euc/touching.py"),
    *("euc/custody.py", "euc/originals.py"),
    *("euc/wording.py", "euc/using.py", "euc/pledges.py", "euc/pledged.py", "euc/pledge_printing.py"),
    *("euc/consequences.py", "euc/reminding.py"),
    *(
        "euc/screening/comparing.py",
        "euc/screening/files.py",
        "euc/screening/record.py",
        "euc/screening/services.py",
    ),
    *("euc/quality.py", "euc/inspecting.py", "euc/dating.py"),
    *("euc/releasing.py", "euc/capacity.py", "euc/true_copies.py", "euc/cover_printing.py", "euc/dossier.py"),
    *("accounts/finding.py", "accounts/notices.py", "accounts/digests.py", "workflow/trigrams.py"),
    *("euc/assigning.py", "euc/noticing.py", "euc/searching.py", "licensing/noticing.py"),
    *("accounts/tokens.py", "accounts/answers.py", "euc/pages.py", "euc/shapes.py"),
    *(
        "licensing/stations.py",
        "licensing/deriving.py",
        "licensing/effects.py",
        "licensing/grounds.py",
        "licensing/clock.py",
        "licensing/limits.py",
        "licensing/timing.py",
        "licensing/briefing.py",
        "licensing/brief_printing.py",
        "licensing/forecasting.py",
    ),
    *(
        "licensing/predicting.py",
        "licensing/refusing.py",
        "licensing/licence_facts.py",
        "licensing/services.py",
        "licensing/calendar.py",
    ),
    *(
        "licensing/feed_records.py",
        "licensing/feed_fetching.py",
        "licensing/feed_signing.py",
        "licensing/feed_keeping.py",
        "licensing/feed_runs.py",
        "licensing/feed_asking.py",
        "licensing/feed_taking.py",
        "licensing/feed_working.py",
        "licensing/feed_reporting.py",
    ),
    *(
        "licensing/mail/lettering.py",
        "licensing/mail/reading.py",
        "licensing/mail/phrases.py",
        "licensing/mail/dating.py",
        "licensing/mail/words.py",
        "licensing/mail/tagging.py",
        "licensing/mail/proving.py",
        "licensing/mail/sorting.py",
        "licensing/mail/keeping.py",
        "licensing/mail/fetching.py",
        "licensing/mail/polling.py",
    ),
    *("licensing/rooms.py", "licensing/entering.py", "licensing/awaiting.py", "licensing/reminding.py"),
    *("licensing/emails.py", "licensing/tasks.py", "licensing/simulating"),
    *("shipments/workflow.py", "shipments/accounts.py", "shipments/bars.py", "shipments/drawing.py"),
    *("shipments/custody.py", "shipments/services.py", "shipments/balancing.py", "shipments/checking.py"),
    *(
        "shipments/picture.py",
        "shipments/identifiers.py",
        "shipments/arriving.py",
        "shipments/arriving_columns.py",
        "shipments/arriving_files.py",
        "shipments/flat_records.py",
        "shipments/stock_files.py",
        "shipments/stock_rows.py",
        "shipments/matching.py",
        "shipments/importing.py",
        "shipments/import_columns.py",
        "shipments/import_files.py",
        "shipments/import_rows.py",
        "shipments/import_writing.py",
        "documents/long_sheets.py",
        "workflow/pouring.py",
        "shipments/watch.py",
        "shipments/watching.py",
        "shipments/watch_law.py",
        "shipments/signalling.py",
        "shipments/signals.py",
        "shipments/signal_sums.py",
        "shipments/signal_limits.py",
        "shipments/signal_law.py",
        "shipments/signal_words.py",
        "shipments/noticing.py",
        "shipments/visit_law.py",
        "shipments/visiting.py",
        "shipments/incident_law.py",
        "shipments/incidents.py",
        "shipments/statement.py",
        "shipments/statement_words.py",
        "shipments/consumption.py",
        "shipments/consumption_printing.py",
        "shipments/oldest_first.py",
        "shipments/delivery.py",
        "shipments/delivery_printing.py",
        "shipments/balance_papers.py",
        "shipments/balance_printing.py",
        "shipments/tasks.py",
    ),
    *(
        "ministry/boards.py",
        "ministry/bands.py",
        "ministry/opening.py",
        "ministry/states.py",
        "ministry/telling.py",
        "ministry/folding.py",
        "ministry/reading.py",
    ),
    *(
        "ministry/rebuilding.py",
        "ministry/figures.py",
        "ministry/figuring.py",
        "ministry/asking.py",
        "ministry/suppressing.py",
    ),
    *("ministry/access.py", "ministry/tables.py", "ministry/naming.py", "ministry/presenting.py"),
    *(
        "ministry/rows.py",
        "ministry/mapping.py",
        "ministry/exporting.py",
        "ministry/comparing.py",
        "ministry/digesting.py",
        "ministry/warning.py",
        "ministry/emails.py",
        "ministry/noticing.py",
        "documents/serving.py",
    ),
    *("documents/sheets.py", "euc/draft_sheets.py", "euc/draft_files.py", "euc/attaching.py"),
    *("documents/storing.py", "documents/rendering.py", "documents/signing.py", "documents/verifying.py"),
    *("documents/stamping.py", "documents/pkcs11_signer.py", "documents/countersigning.py"),
    *("documents/proving.py", "documents/writing.py", "documents/ocsp.py", "documents/outside.py"),
    *("documents/drilling.py", "documents/revoking.py"),
    *(
        "documents/importers_token.py",
        "documents/scanning.py",
        "documents/picturing.py",
        "documents/parts.py",
    ),
    *(
        "documents/esigning/refusing.py",
        "documents/esigning/signed_xml.py",
        "documents/esigning/provider.py",
        "documents/esigning/preparing.py",
        "documents/esigning/asking.py",
        "documents/esigning/answering.py",
        "documents/esigning/simulated.py",
        "documents/esigning/simulated_pages.py",
    ),
    "euc/countersigning.py",
    "euc/esigning.py",
]

# All of --strict but what libraries without types of their own would make us repeat at every call.
STRICT = [
    *("--strict", "--allow-untyped-calls", "--allow-any-generics"),
    *("--no-warn-return-any", "--allow-subclassing-any"),
]


def checks() -> dict[str, list[str]]:
    typed = [name for name in TYPED if (ROOT / name).exists()]
    return {
        "types": [PYTHON, "-m", "mypy", *STRICT, *typed],
        "lint": [str(BIN / "ruff"), "check", "--quiet", "--output-format", "concise", "."],
        "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "--output-format", "concise", "."],
        "import direction": [str(BIN / "lint-imports")],
        "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        "system checks": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    }


def run(name: str, command: list[str]) -> tuple[str, int, str]:
    env = {**os.environ, "EUC_MODE": os.environ.get("EUC_MODE", "test")}
    answer = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return name, answer.returncode, answer.stdout


def main() -> int:
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, code, output in pool.map(lambda item: run(*item), checks().items()):
            print(f"  {'FAILED' if code else 'ok':<7}{name}", flush=True)
            if code:
                failed.append(name)
                print(output, flush=True)
    print(f"check: FAILED: {', '.join(failed)}" if failed else "check: all is well", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
