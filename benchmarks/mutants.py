"""Sealed files that somebody changed, in every way we could think of: the register must call none of them genuine.

What the signature alone would say of them is told beside it: changes where signatures do not look leave it whole,
which is why the register decides.
"""

import hashlib
import logging
import math
import random
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks import figures

MUTANTS = 10_000
SECONDS = 5
GOOD = ("intact", "valid", "trusted", "whole_file", "unchanged")
AT = datetime(2026, 11, 21, 7, 45, tzinfo=UTC)
ROOM = re.compile(rb"/Contents\s*<([0-9a-fA-F]{2000,})>")
REFERENCE = "EUC/0388000001/2026-27/0001"
Mutation = Callable[[bytes, random.Random], bytes]


# --- ways to change a file -------------------------------------------------------------------------


def one_bit(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def burst(content: bytes, chance: random.Random) -> bytes:
    start, length = chance.randrange(len(content)), chance.randint(1, 64)
    return content[:start] + chance.randbytes(length) + content[start + length :]


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def grown(content: bytes, chance: random.Random) -> bytes:
    more = chance.choice([b"\n", b" ", b"%%EOF\n", chance.randbytes(chance.randint(1, 2000))])
    return chance.choice([content + more, more + content])


def slice_left_out(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:start] + content[end:]


def slice_doubled(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:end] + content[start:]


def slices_swapped(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    middle = (start + end) // 2
    return content[:start] + content[middle:end] + content[start:middle] + content[end:]


def blanked(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:start] + chance.choice([b"\0", b" "]) * (end - start) + content[end:]


def letter_case_of_the_seal(content: bytes, chance: random.Random) -> bytes:
    """The same number written in capitals: the signature is the same, the bytes are not."""
    start, end = _seal(content)
    places = [place for place in range(start, end) if content[place : place + 1].isalpha()]
    place = chance.choice(places)
    return content[:place] + content[place : place + 1].swapcase() + content[place + 1 :]


def padding_of_the_seal(content: bytes, chance: random.Random) -> bytes:
    """Something hidden in the room that the signature leaves empty."""
    _start, end = _seal(content)
    place = chance.randrange(end - 2000, end)
    return content[:place] + chance.choice(b"123456789abcdef").to_bytes() + content[place + 1 :]


def byte_range(content: bytes, chance: random.Random) -> bytes:
    found = re.search(rb"/ByteRange\s*\[([^\]]*)\]", content)
    digits = [place for place in range(*found.span(1)) if content[place : place + 1].isdigit()]
    place = chance.choice(digits)
    return content[:place] + chance.choice(b"0123456789").to_bytes() + content[place + 1 :]


def revision_appended(content: bytes, chance: random.Random) -> bytes:
    """An incremental update that puts another object in the place of one of the file's."""
    places = [int(found) for found in re.findall(rb"startxref\s+(\d+)", content)]
    number, root = chance.randrange(1, 60), re.findall(rb"/Root\s+(\d+ \d+ R)", content)[-1]
    item = b"%d 0 obj\n<</Title (Changed)/Kids[]/Count 0>>\nendobj\n" % number
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number, len(content))
    trailer = b"<</Size 999/Root %s/Prev %d>>\n" % (root, places[-1])
    return content + item + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(content) + len(item))


def seal_of_another(content: bytes, chance: random.Random, other: bytes = b"") -> bytes:
    """The seal of another genuine file in this one's place; without one, its halves exchanged."""
    start, end = _seal(content)
    first, last = _seal(other) if other else (start + (end - start) // 2, end)
    taken = (other or content)[first:last][: end - start].ljust(end - start, b"0")
    return content[:start] + taken + content[end:] + chance.choice([b"", b"\n"])


KINDS: dict[str, Mutation] = {
    function.__name__: function
    for function in (
        one_bit,
        burst,
        cut,
        grown,
        slice_left_out,
        slice_doubled,
        slices_swapped,
        blanked,
        letter_case_of_the_seal,
        padding_of_the_seal,
        byte_range,
        revision_appended,
        seal_of_another,
    )
}


def is_in_the_room_of_the_seal(content: bytes, changed: bytes) -> bool:
    """Whether all that differs lies where the signature itself is written: it covers neither padding nor spelling."""
    start, end = _seal(content)
    return (
        changed[:start] == content[:start] and changed[end:] == content[end:] and len(changed) == len(content)
    )


def _is_in_the_last_room(content: bytes, changed: bytes) -> bool:
    """The same of the signature that was made last."""
    start, end = list(ROOM.finditer(content))[-1].span(1)
    return (
        changed[:start] == content[:start] and changed[end:] == content[end:] and len(changed) == len(content)
    )


def _slice(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) - 1)
    return start, min(len(content), start + chance.randint(2, 4000))


def _seal(content: bytes) -> tuple[int, int]:
    """Where the hexadecimal digits of the signature begin and end."""
    return ROOM.search(content).span(1)


def mutants(content: bytes, kind: str, count: int, seed: int = 7) -> Iterator[bytes]:
    """That many changed files; a change that happens to change nothing is no mutant and is made again."""
    chance = random.Random(f"{seed} {kind}")
    while count:
        changed = KINDS[kind](content, chance)
        if changed != content:
            count -= 1
            yield changed


# --- the measurement -------------------------------------------------------------------------------


def run() -> list[dict]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", verbosity=0)
    files = _registered()
    each = math.ceil(figures.scaled(MUTANTS, least=1) / (len(KINDS) * len(files)))
    genuine, good, accepted = 0, Counter(), 0
    judge, accept = (
        partial(_looks_good, **_roots()),
        partial(_is_accepted, whole=files["twice"], sealed=files["once"], **_roots()),
    )
    with ProcessPoolExecutor(2) as pool:
        for name, kind in product(files, KINDS):
            found = list(mutants(files[name], kind, each))
            genuine += sum(_is_genuine(one) for one in found)
            for one, looks_good in zip(found, pool.map(judge, found, chunksize=8), strict=True):
                good[is_in_the_room_of_the_seal(files[name], one)] += looks_good
            if name == "twice":
                accepted += sum(pool.map(accept, found, chunksize=8))
    return [
        figures.told("mutants: changed files", each * len(KINDS) * len(files), "files"),
        figures.at_most("mutants: called genuine", genuine, "files", 0),
        figures.told("mutants: the signature alone would pass, changed in its own room", good[True], "files"),
        figures.at_most(
            "mutants: the signature alone would pass, changed elsewhere", good[False], "files", 0
        ),
        figures.at_most("mutants: taken for the importer's signature", accepted, "files", 0),
    ]


def _registered() -> dict[str, bytes]:
    """Certificates sealed and registered as the product does it: with one signature, with a time-stamp, with two."""
    from django.conf import settings
    from django.test import override_settings

    from documents import countersigning, importers_token, signing
    from euc import printing
    from tests.documents import samples

    pdf = printing.certificate_pdf(content=samples.content(), issue=samples.issue())
    seal = partial(signing.seal, pdf, reason=REFERENCE, at=AT, leaves_field=countersigning.FIELD)
    with override_settings(KEYS_DIR=settings.KEYS_DIR / "absent"):  # no authority gives the time
        once = seal()
    stamped = seal()
    token = importers_token.Token(organisation="Demo Saarthi E-Drives Private Limited")
    made = {
        "once": once.content,
        "stamped": stamped.content,
        "twice": importers_token.sign(once.content, token),
    }
    for revision, content in enumerate(made.values(), start=1):
        _register(content, revision, once)
    return made


def _register(content: bytes, revision: int, sealed: Any) -> None:
    from documents import storing

    storing.register(
        content=content,
        kind="euc.certificate",
        reference=REFERENCE,
        revision=revision,
        content_hash="0" * 64,
        signer_subject=sealed.signer_subject,
        signed_at=AT,
        page_count=sealed.page_count,
        book="org-0",
        name="certificate.pdf",
    )


def _roots() -> dict[str, str]:
    from django.conf import settings

    from documents import stamping

    seal, dsc = (Path(file).read_text() for file in (settings.SEAL_TRUST_ROOTS, settings.DSC_TRUST_ROOTS))
    return {"roots": seal, "stamp_roots": stamping.roots_file().read_text(), "dsc_roots": dsc}


def _is_genuine(content: bytes) -> bool:
    from documents import verifying

    return verifying.registered(hashlib.sha256(content).hexdigest()) is not None


def _looks_good(content: bytes, *, roots: str, stamp_roots: str, dsc_roots: str) -> bool:
    """Whether every signature of the file would pass if nobody asked the register."""
    from documents import child

    found = _within(lambda: child.signatures(content, roots + dsc_roots, stamp_roots)["signatures"])
    return bool(found) and all(one.get(name) for one in found for name in GOOD)


def _is_accepted(
    content: bytes, *, whole: bytes, sealed: bytes, roots: str, stamp_roots: str, dsc_roots: str
) -> bool:
    """Whether the file would be taken as the sealed one with the importer's signature, though it was changed."""
    from documents import child

    if not content.startswith(sealed) or _is_in_the_last_room(whole, content):
        return False
    return bool(_within(lambda: child.countersignature(content, dsc_roots, roots, stamp_roots)))


def _within(read: Callable[[], Any]) -> Any:
    """What the reader answers in time; nothing when anything stops it."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(SECONDS)
    try:
        return read()
    except BaseException:  # whatever stops the reader, the file is not good
        return None
    finally:
        signal.alarm(0)


def _give_up(*_given: object) -> None:
    raise TimeoutError
