"""What the quality checks are called and what they say; the names in the sentences are what a finding keeps."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from euc.kinds import EvidenceKind

CHECKS = {
    "VAGUE_USE": _("Vague end use"),
    "ONE_ORDER": _("More than one purchase order"),
    "DUPLICATE_ORDER": _("Purchase order used twice"),
    "NAMES": _("Names that differ"),
    "CHAIN": _("End user, importer and consignee differ"),
    "MILITARY": _("Military or weapons use"),
    "SEMICONDUCTOR": _("Semiconductors and artificial intelligence"),
    "US_PARTY": _("A party in the United States"),
    "US_MARKET": _("Sold on to the United States"),
    "UNIT_VALUE": _("Unit value outside the usual band"),
    "CAPACITY": _("Quantity beyond the declared capacity"),
    "YEAR": _("Quantity of the year beyond the declared capacity"),
    "SIGNATORY": _("Signatory without a resolution"),
    "CODES": _("Control codes that differ"),
    "EVIDENCE": _("Evidence of the certificate"),
    "LINE_EVIDENCE": _("Evidence of each goods line"),
    "CONTROLLED_EVIDENCE": _("Evidence of goods that are or may be controlled"),
    "TRANSLATION": _("Not yet translated into Chinese"),
    "GLOSSARY": _("Terms the translation does not use"),
}
WORDS = {
    "VAGUE_USE.short": _(
        "The end use is described in %(count)s characters; name the product, its model, the maker, the plant and "
        "where the magnet sits."
    ),
    "VAGUE_USE.word": _("“%(said)s” alone is too vague: say which part of which product of which maker."),
    "ONE_ORDER.number": _("“%(said)s” names more than one purchase order; a certificate covers exactly one."),
    "ONE_ORDER.text": _(
        "Another purchase order is named: “%(said)s”; this certificate is for %(number)s only."
    ),
    "DUPLICATE_ORDER.live": _("Purchase order %(number)s has a certificate already: %(reference)s."),
    "NAMES.alike": _(
        "“%(one)s” and “%(other)s” are nearly the same name; write it exactly as it is registered."
    ),
    "NAMES.registration": _("%(registration)s is the registration of both “%(one)s” and “%(other)s”."),
    "NAMES.chinese": _("“%(name)s” is written in Chinese as both “%(one)s” and “%(other)s”."),
    "CHAIN.end_user": _(
        "The end user is not the importer. Say how the goods reach it, and add the sale contract."
    ),
    "CHAIN.consignee": _("The consignee is not the importer. Say what it does with the goods."),
    "MILITARY.said": _("“%(said)s” points to a military or weapons use, which cannot be certified."),
    "SEMICONDUCTOR.node": _("Chips of %(said)s fall to case-by-case examination in China."),
    "SEMICONDUCTOR.word": _("“%(said)s” falls to case-by-case examination in China."),
    "US_PARTY.country": _("%(role)s is in the United States."),
    "US_MARKET.said": _("“%(said)s”: the product is sold on to the United States."),
    "UNIT_VALUE.low": _("Line %(line)s: %(value)s USD a kilogram is less than the usual %(limit)s."),
    "UNIT_VALUE.high": _("Line %(line)s: %(value)s USD a kilogram is more than the usual %(limit)s."),
    "CAPACITY.order": _("%(kg)s kg are ordered; %(need)s kg are what the declared products need in a year."),
    "YEAR.more": _("With this order %(kg)s kg are certified this financial year; %(need)s kg are needed."),
    "SIGNATORY.none": _("No signatory of the importer has a board resolution or another authority on file."),
    "CODES.differ": _(
        "Line %(line)s: the declared control codes differ from what the rules say of the goods."
    ),
    "EVIDENCE.missing": _("Missing evidence: %(kind)s."),
    "LINE_EVIDENCE.missing": _("Line %(line)s: missing evidence: %(kind)s."),
    "CONTROLLED_EVIDENCE.missing": _("For controlled goods a licensing desk asks for: %(kind)s."),
    "TRANSLATION.missing": _("“%(said)s” has no Chinese text yet."),
    "TRANSLATION.same": _("“%(said)s” stands in Latin letters where the Chinese text belongs."),
    "GLOSSARY.term": _("“%(term)s” is “%(chinese)s” in the statute; the Chinese text says it otherwise."),
}
# What a finding keeps by its code and says in the reader's language.
SPOKEN: dict[str, dict[str, Any]] = {
    "kind": dict(EvidenceKind.choices),
    "role": {
        "IMPORTER": _("Importer"),
        "EXPORTER": _("Chinese exporter"),
        "CONSIGNEE": _("Consignee"),
        "END_USER": _("End user"),
    },
}
EVIDENCE_CHECKS = frozenset({"EVIDENCE", "LINE_EVIDENCE", "CONTROLLED_EVIDENCE"})
