"""`python -m benchmarks.one NAME FILE`: run one benchmark and write its figures to FILE as JSON."""

import importlib
import json
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks import figures
from config import processes


def main(name: str, out: str) -> None:
    processes.die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if name == "render":  # the others prepare a database, and the keys with it
        subprocess.run([sys.executable, "manage.py", "make_keys"], check=True, stdout=subprocess.DEVNULL)
    rows = importlib.import_module(f"benchmarks.{name}").run()
    Path(out).write_text(json.dumps([{**row, "load_average": figures.load()} for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
