"""Where a case stands, written from ADR 0080 alone: nothing of the product is imported here.

Reports are dictionaries: mark, claimed, on, source, received_at, is_withdrawn. Decisions are pairs: moment, mark.
"""

BEST_FIRST = (
    {"OFFICER", "LEDGER", "CLOCK"},
    {"SUPPLIER_ROOM", "IMPORTER", "FEED"},
    {"EMAIL"},
)
ENDS = {"NOT_ACCEPTED", "REFUSED", "REVOKED", "SURRENDERED", "USED_UP", "EXPIRED", "WITHDRAWN"}


def stands_at(reports, decisions):
    """The station the written rule gives."""
    return stands(reports, decisions)["claimed"]


def stands(reports, decisions):
    # Withdrawn reports do not count.
    left = {report["mark"]: report for report in reports if not report["is_withdrawn"]}
    # A decision replaces what was received before it; the last one about a report that counts is the one that holds.
    for moment, mark in sorted(decisions, reverse=True):
        if mark in left:
            decided = left[mark]
            since = [
                one for one in left.values() if one["received_at"] > moment and one["on"] >= decided["on"]
            ]
            return best_of(since) if since else decided
    return best_of(list(left.values()))


def best_of(reports):
    """The better source, of these the later day, of these the one received later."""
    for sources in BEST_FIRST:
        from_these = [report for report in reports if report["source"] in sources]
        if from_these:
            day = max(report["on"] for report in from_these)
            return max((one for one in from_these if one["on"] == day), key=lambda one: one["received_at"])
    return {"claimed": "PREPARED", "on": None, "mark": ""}


def last_word(reports):
    """What was said of the latest day, and of that day what was heard last; None when nothing counts."""
    left = [report for report in reports if not report["is_withdrawn"]]
    return max(left, key=lambda one: (one["on"], one["received_at"]), default=None)
