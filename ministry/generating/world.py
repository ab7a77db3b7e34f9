"""Who trades with whom in an invented world, how much, and by which numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, TypeVar

from accounts.models import Organisation, User
from accounts.roles import Kind
from euc.models import Serial
from euc.models.certificate import financial_year, today
from ministry.published import TRADE
from shipments.models import Consignment

Row, Value = TypeVar("Row"), TypeVar("Value")
LEAST_LINE_MG = 100_000_000
SECTORS = {
    "EV_TWO_WHEELER": 22, "EV_CAR": 18, "EV_BUS": 3, "AUTO_PARTS": 20, "AUDIO": 9, "WIND": 12, "WHITE_GOODS": 8,
    "INDUSTRIAL": 6, "MEDICAL": 2,
}  # fmt: skip
STATES = {"27": 30, "33": 22, "29": 14, "24": 10, "06": 10, "07": 5, "09": 5, "36": 4}
PROVINCES = ("330206", "360702", "150203", "140107", "510104", "440305", "110108", "370202")


class Beside(Generic[Row, Value]):
    """Values beside rows that have no key yet, by identity, in the order in which they were given."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Row, Value]] = {}

    def __setitem__(self, row: Row, value: Value) -> None:
        self._kept[id(row)] = (row, value)

    def __getitem__(self, row: Row) -> Value:
        return self._kept[id(row)][1]

    def get(self, row: Row) -> Value | None:
        return self._kept[id(row)][1] if id(row) in self._kept else None

    def items(self) -> list[tuple[Row, Value]]:
        return list(self._kept.values())


@dataclass
class Numbers:
    """Serials of references, counted on in memory from what is stored."""

    last: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def reference(self, kind: str, iec: str, day: date) -> str:
        key = (kind, iec, financial_year(day))
        if key not in self.last:
            stored = Serial.objects.filter(kind=kind, iec=iec, year=key[2]).first()
            self.last[key] = stored.last if stored else 0
        self.last[key] += 1
        return f"{kind}/{iec}/{key[2]}/{self.last[key]:04d}"

    def keep(self) -> None:
        rows = [Serial(kind=k, iec=iec, year=year, last=last) for (k, iec, year), last in self.last.items()]
        Serial.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["kind", "iec", "year"],
            update_fields=["last"],
            batch_size=500,
        )


class World:
    """Who trades with whom, the same for the same seed, and how much a certificate weighs."""

    def __init__(self, certificates: int, years: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented data, no secret
        self.seed = seed
        self.years = years
        self.numbers = Numbers()
        self.last_day = today() - timedelta(days=1)
        self.mean_mg = max(TRADE[0].quantity_mg * years // max(certificates, 1), 2 * LEAST_LINE_MG)
        self.authority = _organisation(Kind.AUTHORITY, "Generated Authority (demonstration)", "")
        self.people = [_person(name) for name in ("drafter", "signatory", "officer", "senior")]
        count = min(max(certificates // 100, 8), 400)
        self.importers = [self._importer(number) for number in range(1, count + 1)]
        self.exporters = [self._exporter(number) for number in range(1, min(max(count // 4, 5), 80) + 1)]
        self.serial = Consignment.objects.count()

    def _importer(self, number: int) -> tuple[Organisation, str]:
        state = self.random.choices(list(STATES), list(STATES.values()))[0]
        name = f"Generated Importer {number:03d} Private Limited (demonstration)"
        sector = self.random.choices(list(SECTORS), list(SECTORS.values()))[0]
        return _organisation(Kind.IMPORTER, name, f"98{number:08d}", state), sector

    def _exporter(self, number: int) -> tuple[str, str]:
        district = self.random.choice(PROVINCES)
        return f"Generated Magnetics {number:02d} Co., Ltd. (demonstration)", f"91{district}MA{number:08d}"

    def weight(self) -> int:
        """Of one goods line, in milligrams: lognormal about the mean."""
        return max(round(self.mean_mg * self.random.lognormvariate(-0.6, 0.9) / 1.4), LEAST_LINE_MG)


def _organisation(kind: str, name: str, iec: str, state: str = "27") -> Organisation:
    given = {"address": "Demonstration Road", "city": "Demonstration", "state_code": state, "iec": iec}
    found, _made = Organisation.objects.get_or_create(
        kind=kind, name=name, defaults={**given, "postcode": "411001", "is_demonstration": True}
    )
    return found


def _person(name: str) -> User:
    given = {"full_name": f"Generated {name}", "is_system": True, "is_active": False, "password": "!"}
    return User.objects.get_or_create(email=f"generated-{name}@system.invalid", defaults=given)[0]


def noon(day: date) -> datetime:
    """Noon in India."""
    return datetime.combine(day, time(6, 30), UTC)
