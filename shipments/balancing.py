"""The mass balance of a certificate: what was licensed, where each gram of it is. Reads only, in whole mg."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from euc.models import Certificate
from euc.models.certificate import today
from shipments import accounts, incident_law, signal_limits, signalling, workflow
from shipments.models import Consignment, Holding, Incident, Lot, Posting

LONG_ON_THE_WAY = timedelta(days=60)


@dataclass(frozen=True)
class Place:
    """So much in one account and place."""

    account: str
    place: str
    weight_mg: int
    pieces: int

    @property
    def label(self) -> Any:
        return accounts.ACCOUNTS[self.account]

    @property
    def named(self) -> str:
        return accounts.place_name(self.account, self.place)


@dataclass
class Line:
    """One goods line: licensed = given up + reserved + drawn + left; drawn = where it is, less what was found."""

    number: int
    description: str
    licensed_mg: int
    given_up_mg: int
    reserved_mg: int
    drawn_mg: int
    left_mg: int
    entered_mg: int = 0
    received_mg: int = 0
    places: list[Place] = field(default_factory=list)

    def at(self, *names: str) -> int:
        """Weight in these accounts."""
        return sum(place.weight_mg for place in self.places if place.account in names)

    @property
    def found_mg(self) -> int:
        """What came or was counted beyond the papers, less what counts missed."""
        return -self.at(accounts.SURPLUS, accounts.VARIANCE)

    @property
    def difference_mg(self) -> int:
        """Zero when every gram drawn is somewhere; anything else is a fault of the ledger."""
        somewhere = sum(p.weight_mg for p in self.places if p.account not in accounts.OUTSIDE)
        return self.drawn_mg + self.found_mg - somewhere


@dataclass(frozen=True)
class Norm:
    """What was built into products against what the certificate states for so many of them."""

    units: int
    built_mg: int
    norm_mg: int
    tolerance: int | None  # per cent, as it applied on the day; None where no row said

    @property
    def percent(self) -> int | None:
        return round((self.built_mg - self.norm_mg) * 100 / self.norm_mg) if self.norm_mg else None

    @property
    def is_beyond(self) -> bool:
        if self.percent is None or self.tolerance is None:
            return False
        return abs(self.percent) > self.tolerance


@dataclass(frozen=True)
class Balance:
    """One certificate's mass balance on a day."""

    reference: str
    day: date
    lines: list[Line]
    norm: Norm | None
    questions: list[str]

    def total(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.lines)

    @property
    def licensed_mg(self) -> int:
        return self.total("licensed_mg")

    @property
    def drawn_mg(self) -> int:
        return self.total("drawn_mg")

    @property
    def difference_mg(self) -> int:
        return self.total("difference_mg")

    def places(self) -> list[Place]:
        """All lines' places together, in the order of the accounts."""
        summed: dict[tuple[str, str], list[int]] = {}
        for line in self.lines:
            for place in line.places:
                both = summed.setdefault((place.account, place.place), [0, 0])
                both[0] += place.weight_mg
                both[1] += place.pieces
        order = list(accounts.ACCOUNTS)
        keys = sorted(summed, key=lambda key: (order.index(key[0]), key[1]))
        return [Place(*key, *summed[key]) for key in keys if any(summed[key])]


def of(certificate: Certificate, *, day: date | None = None) -> Balance:
    """The balance as the ledger stands. As many queries whatever its length."""
    day = day or today()
    lines = {
        row.pk: Line(
            number=row.number,
            description=row.description,
            licensed_mg=row.net_weight_mg or 0,
            given_up_mg=row.released_mg,
            reserved_mg=row.reserved_mg,
            drawn_mg=row.drawn_mg,
            left_mg=row.left_mg,
        )
        for row in certificate.goods.all()
    }
    held = Holding.objects.filter(lot__goods_line__in=lines)
    grouped = held.values("lot__goods_line", "account", "place").annotate(
        mg=Sum("weight_mg"), n=Sum("pieces")
    )
    for row in grouped.order_by("account", "place"):
        if row["mg"] or row["n"]:
            place = Place(row["account"], row["place"], row["mg"], row["n"])
            lines[row["lot__goods_line"]].places.append(place)
    entered = Lot.objects.filter(goods_line__in=lines).values("goods_line").annotate(mg=Sum("entered_mg"))
    for pk, weight in entered.values_list("goods_line", "mg"):
        lines[pk].entered_mg = weight or 0
    got = Posting.objects.filter(lot__goods_line__in=lines, verb__in=("receive", "receive_damaged"))
    received = got.values("lot__goods_line").annotate(mg=Sum("weight_mg"))
    for pk, weight in received.values_list("lot__goods_line", "mg"):
        lines[pk].received_mg = weight
    norm = _norm(certificate, day)
    found = list(lines.values())
    return Balance(certificate.reference, day, found, norm, _questions(certificate, found, norm, day))


def _norm(certificate: Certificate, day: date) -> Norm | None:
    """Built in less what was reversed, against units times the weight of magnets that one product takes."""
    built = Posting.objects.filter(
        lot__consignment__certificate=certificate, verb="build_in", reversed_by=None
    )
    sums = built.aggregate(mg=Sum("weight_mg"), units=Sum("units"))
    if not sums["mg"]:
        return None
    each = certificate.end_use.magnet_per_unit_mg or 0
    tolerance = signal_limits.on(day).get(signalling.NORM_PERCENT)
    return Norm(sums["units"] or 0, sums["mg"], each * (sums["units"] or 0), tolerance)


def _questions(certificate: Certificate, lines: list[Line], norm: Norm | None, day: date) -> list[str]:
    """What somebody who checks the balance would ask next."""
    questions = []
    if any(line.difference_mg for line in lines):
        questions.append(_("The ledger does not add up; run check_ledger."))
    if any(line.at(accounts.SHORT) for line in lines):
        questions.append(_("Part of it was never received. Was it claimed, and where is it?"))
    if any(line.at(accounts.LOSS) for line in lines):
        questions.append(_("Part of it was lost or stolen. To whom was it reported?"))
    if (
        waiting := Incident.objects.filter(certificate=certificate)
        .exclude(status=incident_law.CLOSED)
        .count()
    ):
        text = ngettext("%(count)d incident is not decided.", "%(count)d incidents are not decided.", waiting)
        questions.append(text % {"count": waiting})
    if Incident.objects.holding().filter(certificate=certificate).exists():
        questions.append(_("Draws are held because of a suspected diversion."))
    if any(line.at(accounts.VARIANCE) > 0 for line in lines):
        questions.append(_("A stock count found less than was booked."))
    if norm and norm.is_beyond:
        text = _("What was built in differs from the stated weight per product by %(percent)s %%.")
        questions.append(text % {"percent": norm.percent})
    return questions + _late(certificate, day)


def _late(certificate: Certificate, day: date) -> list[str]:
    asked = []
    late = Q(status__in=workflow.UNDER_WAY, released_on__lt=day - LONG_ON_THE_WAY)
    count = Consignment.objects.filter(late, certificate=certificate).count()
    if count:
        text = ngettext(
            "%(count)d consignment has been on its way for more than %(days)d days.",
            "%(count)d consignments have been on their way for more than %(days)d days.",
            count,
        )
        asked.append(text % {"count": count, "days": LONG_ON_THE_WAY.days})
    out = Posting.objects.filter(lot__consignment__certificate=certificate, verb="send_to_job_worker")
    at_work = Holding.objects.filter(
        lot__consignment__certificate=certificate, account=accounts.JOB_WORKER, weight_mg__gt=0
    )
    due = out.filter(due_on__lt=day, reversed_by=None, lot__in=at_work.values("lot")).aggregate(
        first=Min("due_on"), last=Max("due_on"), n=Count("id")
    )
    if due["n"]:
        text = _("Goods are still at a job worker; the first were due back on %(day)s.")
        asked.append(text % {"day": f"{due['first']:%d-%m-%Y}"})
    return asked


def as_json(balance: Balance) -> dict[str, Any]:
    """For machines: every number in whole milligrams."""
    return {
        "certificate": balance.reference,
        "as_of": balance.day.isoformat(),
        "lines": [
            {
                "line": line.number,
                "description": line.description,
                "licensed_mg": line.licensed_mg,
                "given_up_mg": line.given_up_mg,
                "reserved_mg": line.reserved_mg,
                "drawn_mg": line.drawn_mg,
                "left_mg": line.left_mg,
                "entered_mg": line.entered_mg,
                "received_mg": line.received_mg,
                "found_mg": line.found_mg,
                "difference_mg": line.difference_mg,
                "where": [
                    {"account": p.account, "place": p.place, "weight_mg": p.weight_mg, "pieces": p.pieces}
                    for p in line.places
                ],
            }
            for line in balance.lines
        ],
        "norm": {
            "units": balance.norm.units,
            "built_mg": balance.norm.built_mg,
            "norm_mg": balance.norm.norm_mg,
            "percent": balance.norm.percent,
            "tolerance_percent": balance.norm.tolerance,
        }
        if balance.norm
        else None,
        "difference_mg": balance.difference_mg,
        "questions": balance.questions,
    }
