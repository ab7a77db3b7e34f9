"""What printing and sealing a certificate costs, beside bare WeasyPrint and headless Chromium, and in memory.

Times are CPU seconds of whole process trees, interleaved in one run. The least of each counts: whatever else the
machine does (a neighbour on the same core above all) only ever adds to them. The programs compared use the
machine's own fonts, so it must have the Noto ones: others are smaller, and cost less.
Environment: RENDER_BENCH_ROUNDS (rounds of three prints by each), RENDER_BENCH_GROWTH (prints in a row).
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

LINES = 10
ROUNDS = int(os.environ.get("RENDER_BENCH_ROUNDS", "5"))
PRINTS = 3
GROWTH = int(os.environ.get("RENDER_BENCH_GROWTH", "200"))
SYSTEM_FONTS = {'"Noto Sans SC"': '"Noto Sans CJK SC"'}


def run() -> list[dict]:
    """Measure all; each entry is {"name", "value", "unit", "target", "holds"}."""
    return [*_beside_others(), *_memory()]


def _entry(name: str, value: float, unit: str, target: float) -> dict:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "target": f"<= {target}",
        "holds": value <= target,
    }


def _beside_others() -> list[dict]:
    _need_system_fonts()
    with tempfile.TemporaryDirectory() as folder:
        tasks = ("ours", "bare", "chromium") if _browser() else ("ours", "bare")
        times: dict[str, list[float]] = {task: [] for task in tasks}
        for _ in range(ROUNDS):
            for task in tasks:
                times[task] += json.loads(_child(task, folder, str(PRINTS)))
    least = {task: min(seconds) for task, seconds in times.items()}
    entries = [
        _entry(
            "render and seal, CPU against bare WeasyPrint",
            least["ours"] / least["bare"],
            "ratio",
            0.8,
        )
    ]
    if "chromium" in least:
        against = least["ours"] / least["chromium"]
        entries.append(_entry("render and seal, CPU against headless Chromium", against, "ratio", 0.25))
    return entries


def _need_system_fonts() -> None:
    """Refuse to measure where bare WeasyPrint and Chromium would find other fonts than those of the document."""
    found = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout
    if missing := [
        name for name in ("Noto Sans", "Noto Sans CJK SC", "Noto Sans Devanagari") if name not in found
    ]:
        raise SystemExit(f"Install fonts-noto-core and fonts-noto-cjk first; missing: {', '.join(missing)}.")


def _memory() -> list[dict]:
    grown = json.loads(_child("grow", "", str(GROWTH)))
    return [
        _entry("render and seal, peak memory of a worker", grown["peak"], "MB", 150),
        _entry(f"render and seal, growth from 1/4 to all of {GROWTH}", grown["growth"], "MB", 5),
    ]


def _child(task: str, folder: str, count: str) -> str:
    """Run `task` of this file in a fresh process, so that nothing measured earlier is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.render", task, folder, count],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


# --- In the child -------------------------------------------------------------------------------


def ours(_folder: str, count: str) -> list[float]:
    """CPU seconds of our print and seal, for different certificates."""
    for number in (-2, -1):
        _print_and_seal(number)
    return [_cpu(lambda number=number: _print_and_seal(number)) for number in range(int(count))]


def bare(_folder: str, count: str) -> list[float]:
    """CPU seconds of WeasyPrint as it comes, unsigned, with the machine's fonts, warmed up likewise."""
    import weasyprint

    pages = [_plain_html(number) for number in range(-2, int(count))]
    return [_cpu(lambda page=page: weasyprint.HTML(string=page).write_pdf()) for page in pages][2:]


def chromium(folder: str, count: str) -> list[float]:
    """CPU seconds of launching headless Chromium to print the same page."""
    _adopt_orphans()
    browser, pages = _browser(), [_plain_html(number) for number in range(int(count))]
    return [_cpu(lambda page=page: _print_by(browser, page, Path(folder))) for page in pages]


def _browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def grow(_folder: str, count: str) -> dict:
    """Memory of a worker that prints and seals `count` different certificates."""
    total, seen = int(count), []
    for number in range(total):
        _print_and_seal(number)
        seen.append(_resident())
    quarter = statistics.median(seen[total // 4 : total // 4 + 10])
    return {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "growth": statistics.median(seen[-10:]) - quarter,
    }


def _print_and_seal(number: int) -> bytes:
    from documents import signing
    from euc import printing
    from tests.documents import samples

    pdf = printing.certificate_pdf(content=_content(number), issue=samples.issue())
    return signing.seal(pdf, reason="Issued", at=datetime(2026, 11, 21, 7, 45, tzinfo=UTC)).content


def _content(number: int) -> dict:
    """Certificates that differ as real ones do: names, numbers and goods."""
    from tests.documents import samples

    content = samples.content(lines=LINES, reference=f"EUC/0388000001/2026-27/{number + 3:04d}")
    content["parties"]["importer"]["name"] = f"Demo Importer {number + 3} Private Limited"
    content["parties"]["importer"]["name_zh"] = (
        f"示例{chr(0x4E00 + 37 * (number + 3) % 20_000)}进口商有限公司"
    )
    for line in content["goods"]:
        line["description"] += f", lot {number + 3}"
        line["pieces"] += number + 3
    return content


def _plain_html(number: int) -> str:
    """The same page for programs that use the fonts of the machine."""
    from django.contrib.staticfiles import finders

    from documents import rendering
    from euc import printing
    from tests.documents import samples

    html = rendering.html_of(printing.TEMPLATE, printing.print_context(_content(number), samples.issue()))
    sheet = Path(finders.find(rendering.STYLESHEET)).read_text()
    for ours, theirs in SYSTEM_FONTS.items():
        sheet = sheet.replace(ours, theirs)
    return html.replace("</head>", f"<style>{sheet}</style></head>")


def _print_by(browser: str, html: str, folder: Path) -> None:
    """Launch, print, quit, with a profile of its own: tasks side by side cannot share one."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(html)
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder}/profile",
    ]
    subprocess.run(
        [browser, *flags, f"--print-to-pdf={pdf}", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
    )


def _adopt_orphans() -> None:
    """Make this process the parent of what a browser leaves behind, so that its CPU time is counted too."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _cpu(work) -> float:
    """CPU seconds of this process and of all processes `work` started, however far down."""
    before = _spent()
    work()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return _spent() - before


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    task, folder, count = sys.argv[1:]
    print(json.dumps({"ours": ours, "bare": bare, "chromium": chromium, "grow": grow}[task](folder, count)))
