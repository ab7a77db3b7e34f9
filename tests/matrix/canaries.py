"""Marks that tell whose a text is and who may read it: every text of a seeded organisation carries one."""

import itertools
import re
from collections.abc import Iterator

PATTERN = re.compile(r"knry-([ab])-([a-z]+)-([0-9]{5})")
NUMBER = re.compile(r"[67][0-9,]{9,16}")
_numbers = itertools.count(10001)

# Who reads what of an organisation that is not their own. Everybody else, and everything else: nothing.
REVIEWED = frozenset({"submitted", "public", "filename", "person", "firm", "office"})
READABLE = {
    "officer": REVIEWED | {"file", "remark", "errand"},
    "senior": REVIEWED | {"file", "remark", "errand"},
    "auditor": REVIEWED | {"file", "errand"},
    "analyst": REVIEWED,
    "administrator": frozenset({"people", "person", "firm", "office", "errand"}),
}
# Of one's own organisation: everything but what reviewers have not sent yet.
HIDDEN_AT_HOME = frozenset({"remark"})


class Canaries:
    """Makes the marks of one organisation and remembers where each was put."""

    def __init__(self, letter: str):
        self.letter = letter
        self.places: dict[str, str] = {}
        self.pieces: dict[str, str] = {}

    def __call__(self, audience: str, place: str) -> str:
        mark = f"knry-{self.letter}-{audience}-{next(_numbers)}"
        self.places[mark] = place
        return mark

    def number(self, audience: str) -> int:
        """A count from a reserved range: 6606606… of organisation a, 7707707… of b."""
        digit = "660660" if self.letter == "a" else "770770"
        number = int(f"{digit}{next(_numbers)}")
        self.pieces[str(number)] = audience
        return number

    def email(self, audience: str, place: str) -> str:
        return f"{self(audience, place)}@example.test"


def found(text: str, seeded: dict[str, Canaries]) -> Iterator[tuple[str, str, str]]:
    """(organisation letter, audience, place) of every mark in a text, grouped numbers included."""
    for match in set(PATTERN.findall(text.lower())):
        letter, audience, number = match
        mark = f"knry-{letter}-{audience}-{number}"
        yield letter, audience, seeded[letter].places.get(mark, mark)
    for digits in {match.replace(",", "") for match in NUMBER.findall(text)}:
        for letter, canaries in seeded.items():
            if digits in canaries.pieces:
                yield letter, canaries.pieces[digits], "goods.pieces"


def may_read(visitor: str, is_home: bool, audience: str, extra: frozenset[str]) -> bool:
    """Whether this visitor may see a text of this audience, on a page that opens `extra` to its bearer."""
    if audience in extra:
        return True
    if is_home:
        return audience not in HIDDEN_AT_HOME
    return audience in READABLE.get(visitor, frozenset())
