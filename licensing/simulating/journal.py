"""The sender's own book: what was sent, and what was answered. It knows nothing of what became of it here."""

from __future__ import annotations

from dataclasses import dataclass, field

from licensing.simulating.sendings import Sending

TAKEN, REFUSED = "taken", "refused"


@dataclass
class Entry:
    """One sending of a case (by its reference), with every answer: what it was and in which words."""

    sending: Sending
    case: str
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def refusals(self) -> list[str]:
        """The reasons that were told to the sender's face."""
        return [words for answer, words in self.answers if answer == REFUSED]


@dataclass
class Journal:
    """All entries by their marks."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def enter(self, sending: Sending, case: str) -> Entry:
        return self.entries.setdefault(sending.mark, Entry(sending, case))

    def of_case(self, reference: str) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.case == reference]
