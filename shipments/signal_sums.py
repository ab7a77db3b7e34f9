"""What signals are found in: sums of one importer's ledger and consignments, in whole mg. Reads only.

Postings that were reversed count for nothing. As many queries whatever the ledger's length, and two for each port
where somebody was for the first time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum

from accounts.models import Organisation
from euc.models import EndUse
from shipments import accounts, signalling, workflow
from shipments.models import Consignment, Posting
from shipments.signalling import Call, Counted, Finding, Plant, Products

COUNTS = ("count_less", "count_more")
INWARD = ("receive", "transfer", "bring_back")
MOST_RESTS = 20  # postings that a signal names
OF_CERTIFICATE = "lot__consignment__certificate"
AT_PORTS = workflow.RESERVED | workflow.COUNTS


def _standing(importer: Organisation, *verbs: str) -> QuerySet[Posting]:
    return Posting.objects.filter(importer=importer, verb__in=verbs, reversed_by=None)


def _used(importer: Organisation) -> QuerySet[Posting]:
    """Built in or scrapped. What arrived damaged was never fit to be used."""
    return _standing(importer, "build_in", "scrap").exclude(from_account=accounts.DAMAGED)


def plants(importer: Organisation) -> list[Plant]:
    """By certificate and place: what was built in, and what was scrapped."""
    by = (OF_CERTIFICATE, "from_place", "verb", "from_account")
    sums: dict[tuple[int, str], Counter[str]] = {}
    for row in _used(importer).order_by().values(*by).annotate(mg=Sum("weight_mg")):
        one = sums.setdefault((row[OF_CERTIFICATE], row["from_place"]), Counter())
        one["built_mg" if row["verb"] == "build_in" else "scrapped_mg"] += row["mg"]
        if row["verb"] == "scrap" and row["from_account"] == accounts.ON_HAND:
            one["from_store_mg"] += row["mg"]
    return [
        Plant(certificate, place, one["built_mg"], one["scrapped_mg"], one["from_store_mg"])
        for (certificate, place), one in sorted(sums.items())
    ]


def products(importer: Organisation) -> list[Products]:
    """By certificate: what was built in, into how many products, and what one of them takes."""
    built = _standing(importer, "build_in").order_by().values(OF_CERTIFICATE)
    rows = list(built.annotate(mg=Sum("weight_mg"), made=Sum("units")))
    stated = EndUse.objects.filter(certificate__in=[row[OF_CERTIFICATE] for row in rows])
    each = dict(stated.values_list("certificate", "magnet_per_unit_mg"))
    return [
        Products(row[OF_CERTIFICATE], row["mg"], row["made"] or 0, each.get(row[OF_CERTIFICATE]) or 0)
        for row in rows
    ]


def counted(importer: Organisation) -> list[Counted]:
    """By place: the differences of its counts in the order of their days, and the weight that came in."""
    rows = _standing(importer, *COUNTS).filter(weight_mg__gt=0).order_by("happened_on", "id")
    found: dict[str, list[int]] = {}
    for verb, source, target, mg in rows.values_list("verb", "from_place", "to_place", "weight_mg"):
        is_less = verb == "count_less"
        found.setdefault(source if is_less else target, []).append(mg if is_less else -mg)
    inward = _standing(importer, *INWARD).filter(to_place__in=found).order_by().values("to_place")
    came = dict(inward.annotate(mg=Sum("weight_mg")).values_list("to_place", "mg"))
    return [Counted(place, came.get(place, 0), missing) for place, missing in sorted(found.items())]


def calls(importer: Organisation) -> Iterator[Call]:
    """Each first consignment of the importer, or of a certificate, at a port, with what came before it."""
    rows = Consignment.objects.filter(importer=importer, status__in=AT_PORTS).exclude(port_of_entry="")
    before: Counter[object] = Counter()
    for pk, certificate, port in rows.order_by("id").values_list("id", "certificate", "port_of_entry"):
        there, of_certificate_there = before["port", port], before[certificate, port]
        if not there or not of_certificate_there:
            yield Call(
                certificate=certificate,
                consignment=pk,
                port=port,
                before=before["all"],
                there=there,
                of_certificate=before[certificate],
                of_certificate_there=of_certificate_there,
                is_of_others=_is_of_others(importer, port),
            )
        before.update(("all", certificate, ("port", port), (certificate, port)))


def _is_of_others(importer: Organisation, port: str) -> bool:
    entered = Consignment.objects.filter(port_of_entry=port).exclude(boe_number="")
    return entered.exclude(importer=importer).exists()


def rests_on(importer: Organisation, finding: Finding) -> list[int]:
    """The newest postings behind a finding, oldest first; none for what consignments say."""
    if finding.kind == signalling.PORT:
        return []
    if finding.kind == signalling.COUNTS:
        here = Q(verb="count_less", from_place=finding.place) | Q(verb="count_more", to_place=finding.place)
        rows = _standing(importer, *COUNTS).filter(here, weight_mg__gt=0)
    elif finding.kind == signalling.SCRAP:
        rows = _used(importer).filter(verb="scrap", from_place=finding.place)
        rows = rows.filter(**{OF_CERTIFICATE: finding.certificate})
    else:
        rows = _standing(importer, "build_in").filter(**{OF_CERTIFICATE: finding.certificate})
    return sorted(rows.order_by("-id").values_list("id", flat=True)[:MOST_RESTS])
