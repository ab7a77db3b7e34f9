"""Poppler's programs: what a stranger's PDF reader sees in our files."""

import subprocess
from pathlib import Path


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def text(pdf: bytes, folder: Path) -> str:
    """The text of all pages, as copied by a reader."""
    return run("pdftotext", "-layout", str(_put(pdf, folder)), "-")


def signatures(pdf: bytes, folder: Path) -> str:
    return run("pdfsig", "-nocert", str(_put(pdf, folder)))


def attachment(pdf: bytes, folder: Path, name: str) -> bytes:
    target = folder / name
    run("pdfdetach", "-savefile", name, "-o", str(target), str(_put(pdf, folder)))
    return target.read_bytes()


def pages(pdf: bytes, folder: Path) -> int:
    """How many pages there are."""
    told = run("pdfinfo", str(_put(pdf, folder)))
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))


def first_page(pdf: bytes, folder: Path, resolution: int = 150) -> Path:
    """A PNG of page one."""
    run(
        "pdftoppm",
        "-r",
        str(resolution),
        "-l",
        "1",
        "-singlefile",
        "-png",
        str(_put(pdf, folder)),
        str(folder / "page"),
    )
    return folder / "page.png"


def _put(pdf: bytes, folder: Path) -> Path:
    file = folder / "document.pdf"
    file.write_bytes(pdf)
    return file
