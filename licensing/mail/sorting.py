"""Which case a mail is about, and why it is kept apart: shape, machines, senders, tags, proof, floods. Reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from euc import noticing
from licensing.converters import CaseConverter
from licensing.mail import proving, tagging, words
from licensing.mail.reading import Letter
from licensing.models import LicenceCase, MailSuggestion
from licensing.models import MailMessage as Message

MOST_AN_HOUR = 30  # of one sender
MOST_PENDING = 20  # suggestions on one case
MOST_HOPS = 50

_REFERENCE = re.compile(r"LIC[-/][0-9A-Z]{10}[-/][0-9]{4}-[0-9]{2}[-/][0-9]{4,9}(?![0-9])", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z0-9/-])[A-Za-z0-9][A-Za-z0-9/-]{3,59}")
_MACHINES = ("list-id", "x-autoreply", "x-autorespond", "x-auto-reply")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})


@dataclass(frozen=True)
class Sorted:
    """Where a mail goes: as the columns of a message."""

    outcome: str
    reason: str = ""
    case: LicenceCase | None = None
    found_by: str = ""
    proof: str = proving.NONE
    is_sender_known: bool = False


def sort(letter: Letter, *, received_at: datetime, fault: str = "") -> Sorted:
    """Judge one mail. `fault` is what is known of it already, such as that it is too large to be read."""
    tagged = tagging.read(letter.recipients)
    proof = proving.of(letter)
    sender = letter.senders[0] if len(letter.senders) == 1 else ""
    case = _case(tagged)
    is_known = bool(case and sender and sender_is_known(case, sender))
    reason = fault or letter.fault or _machine(letter) or _sender(letter, tagged, proof, received_at)
    if not reason and case:
        reason = _against(letter, case, proof, is_known)
    if reason or case:
        outcome = Message.Outcome.QUARANTINED if reason else Message.Outcome.MATCHED
        found_by = Message.FoundBy.TAG if case else ""
        return Sorted(outcome, reason, case, found_by, proof, is_known)
    return _by_words(letter, sender, proof)


def sender_is_known(case: LicenceCase, sender: str) -> bool:
    """Whether the address was invited to the case, or is one of its importer's people."""
    invited = case.room_invitations.filter(email__iexact=sender, revoked_at=None)
    people = noticing.people_of(case.importer_id).filter(person__email__iexact=sender)
    return invited.exists() or people.exists()


def _case(tagged: tagging.Tagged) -> LicenceCase | None:
    if tagged.is_made_up or len(tagged.references) != 1:
        return None
    related = LicenceCase.objects.select_related("importer", "certificate")
    return related.filter(reference=tagged.references[0]).first()


def _machine(letter: Letter) -> str:
    submitted = "".join(letter.said("auto-submitted")[:1]).strip().lower()
    precedence = {value.strip().lower() for value in letter.said("precedence")}
    is_bounce = any(value.strip() == "<>" for value in letter.said("return-path"))
    is_bounce |= "multipart/report" in "".join(letter.said("content-type")).lower()
    if letter.said("x-loop") or len(letter.said("received")) > MOST_HOPS:
        return "LOOP"
    if any(tagging.is_own(sender) for sender in letter.senders):
        return "LOOP"
    is_automatic = submitted not in {"", "no"} or precedence & _BULK or any(map(letter.said, _MACHINES))
    return "AUTOMATIC" if is_automatic or is_bounce else ""


def _sender(letter: Letter, tagged: tagging.Tagged, proof: str, received_at: datetime) -> str:
    if len(letter.senders) != 1 or len(letter.said("from")) != 1:
        return "SENDERS"
    if tagged.is_made_up:
        return "WRONG_TAG"
    if len(tagged.references) > 1:
        return "SEVERAL_CASES"
    if proof == proving.FAIL:
        return "FAILED_PROOF"
    # Forgers who write in somebody's name do not use up what is proven to be theirs.
    same = Message.objects.filter(sender=letter.senders[0], proof=proof)
    lately = same.filter(received_at__range=(received_at - timedelta(hours=1), received_at))
    return "FLOOD" if lately.count() >= MOST_AN_HOUR else ""


def _against(letter: Letter, case: LicenceCase, proof: str, is_known: bool) -> str:
    named = references_in(f"{letter.subject}\n{words.fresh(letter.text)}")
    if named and case.reference not in named:
        return "OTHER_CASE"
    if not is_known and proof != proving.PASS:
        return "UNPROVEN"
    if is_known and proof == proving.PASS:
        return ""
    pending = MailSuggestion.objects.pending().filter(case=case)
    return "FLOOD" if pending.count() >= MOST_PENDING else ""


def references_in(text: str) -> set[str]:
    """Our references of cases that a text names, in the form of the record."""
    found = (match.group().upper().replace("/", "-") for match in _REFERENCE.finditer(text))
    return {CaseConverter().to_python(one) for one in found}


def _by_words(letter: Letter, sender: str, proof: str) -> Sorted:
    """Without a tag: a known sender who names one of the cases it is known for. A weaker way."""
    text = f"{letter.subject}\n{letter.text}"
    numbers = {match.group() for match in _NUMBER.finditer(text) if any(map(str.isdigit, match.group()))}
    named = Q(reference__in=references_in(text)) | Q(application_number__in=sorted(numbers)[:500])
    cases = LicenceCase.objects.filter(named).select_related("importer", "certificate")
    some = list(cases.order_by("-id")[:50])
    known = [case for case in some if sender_is_known(case, sender)]
    if len(known) == 1:
        how = (Message.FoundBy.WORDS, proof, True)
        return Sorted(Message.Outcome.MATCHED, "", known[0], *how)
    reason = "SEVERAL_CASES" if known else "UNKNOWN_SENDER" if some else "NO_CASE"
    return Sorted(Message.Outcome.UNMATCHED, reason, proof=proof)
