"""The figures: what each is called, what it counts, from where, by what it can be grouped and narrowed.

Kept totals answer most of them; the rest are told from totals by days (ageing, overdue, waiting). How each is read
stands in `figuring`.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from euc import control
from euc import workflow as certificate_law
from euc.models.certificate import today
from licensing import stations
from ministry import boards, tables, telling
from ministry.bands import Bands, Days
from ministry.figuring import (
    Figure,
    at_risk,
    banded,
    counted,
    cover,
    declared,
    grants,
    refused,
    utilisation,
    visited,
    waiting,
)
from ministry.reading import MONTH, YEAR, Span
from ministry.tables import Column
from shipments import accounts, watch_law
from shipments import workflow as consignment_law

OPEN = (certificate_law.SUBMITTED, certificate_law.RETURNED, certificate_law.APPROVED)
ENTERED = Span(first="2000-04")  # everything that has a month
WITH_CHINA = tuple(code for code in stations.OPEN if not stations.STATIONS[code].has_licence)
UNDER_WAY = tuple(sorted(consignment_law.RESERVED | consignment_law.UNDER_WAY))

# What is decided, and what has no time limit, has no day: it lies in no band.
AGES = Bands((Days(0, 7), Days(8, 14), Days(15, 30), Days(31, 60), Days(61)), today)
LEFT = Bands((Days(0, 30), Days(31, 60), Days(61, 90), Days(91)), today, ahead=True)
BEYOND = Bands((Days(1, 15), Days(16, 30), Days(31, 90), Days(91)), control.day_in_china)

_CERTIFIED = (*boards.GOODS, *boards.TRADERS)
_ENTRY_COLUMNS = (tables.N, tables.QUANTITY, tables.VALUE_INR)
_MONEY = (Column("value", gettext_lazy("Value"), tables.MONEY),)
_AS_SIGNED = gettext_lazy(
    "Goods, sector and traders as last signed; drafts that were never submitted are not counted."
)
_LEDGER = gettext_lazy("From the custody ledger; importers that do not keep it are not seen.")
_REPORTED = gettext_lazy(
    "From what exporters, importers and officers reported; the licensing office publishes nothing."
)

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure("pipeline", gettext_lazy("Certificates by status"),
               gettext_lazy("Every certificate ever submitted, in the status it has now, with its net weight."),
               _AS_SIGNED, boards.PIPELINE, ("status", *_CERTIFIED), ("status",), counted, periods=()),
        Figure("ageing", gettext_lazy("Waiting for a decision, by age"),
               gettext_lazy("Certificates submitted, returned or approved and not yet issued, by days in India since "
                            "they were signed, or approved where they are."),
               _AS_SIGNED, boards.PIPELINE, ("status", *_CERTIFIED), (), banded,
               periods=(), most_groups=1, bands=AGES),
        Figure("issued", gettext_lazy("Certificates issued"),
               gettext_lazy("Certificates by the month of issue in India, with certified net weight; what was given "
                            "up later is not deducted. A certificate counts under its first goods line."),
               _AS_SIGNED, boards.ISSUED, ("status", *_CERTIFIED), (MONTH,), counted),
        Figure("declared-value", gettext_lazy("Value of certified goods"),
               gettext_lazy("The value stated on certificates by month of issue, each currency apart."),
               _AS_SIGNED, boards.ISSUED, ("currency", *_CERTIFIED), (YEAR, "currency"), declared, columns=_MONEY),
        Figure("elements", gettext_lazy("Rare earths contained"),
               gettext_lazy("Net weight of each goods line times the stated mass % of it, by month of issue."),
               _AS_SIGNED, boards.ELEMENTS, ("kind", *_CERTIFIED), ("kind",), counted, columns=(tables.QUANTITY,)),
        Figure("expiring", gettext_lazy("Certificates that expire"),
               gettext_lazy("Certificates in force by days until their last day of validity in India."),
               _AS_SIGNED, boards.VALIDITY, _CERTIFIED, (), banded, periods=(), most_groups=1, bands=LEFT),
        Figure("undertakings", gettext_lazy("Undertakings"),
               gettext_lazy("Undertakings by status, by the month in which they came into force, or were signed."),
               gettext_lazy("Drafts that were never signed are not counted."),
               boards.UNDERTAKINGS, ("status", "kind", *boards.IMPORTER), ("status",), counted, columns=(tables.N,)),
        Figure("cases", gettext_lazy("Licence applications by station"),
               gettext_lazy("Applications for a Chinese export licence where reports put them, by the month in which "
                            "they began to be followed, with the weight on their certificate."),
               _REPORTED, boards.CASES, ("status", "kind", "sector", *boards.TRADERS), ("status",), counted),
        Figure("grants", gettext_lazy("Licences granted"),
               gettext_lazy("What became of applications; the rate is of those decided."), _REPORTED,
               boards.CASES, ("sector", *boards.TRADERS), (YEAR,), grants, most_groups=1,
               columns=(Column("granted", gettext_lazy("Granted"), tables.COUNT),
                        Column("otherwise", gettext_lazy("Ended without a grant"), tables.COUNT),
                        Column("pending", gettext_lazy("Not decided"), tables.COUNT),
                        Column("rate", gettext_lazy("Rate"), tables.PERCENT))),
        Figure("refusals", gettext_lazy("Applications refused, by reason"),
               gettext_lazy("Applications that stand as refused or not accepted, by the month of that in China and "
                            "by the reasons that were told, from a closed list. One with several reasons counts "
                            "under each, so reasons do not add up; without them every application counts once."),
               _REPORTED, boards.REFUSALS, ("status", "kind", "sector", *boards.TRADERS), ("kind",), refused,
               otherwise=(("kind", (telling.ALL,)),)),
        Figure("rejected", gettext_lazy("Certificates rejected by officers"),
               gettext_lazy("Certificates that officers rejected for good, by the month of that in India, with the "
                            "net weight asked for. A certificate counts under its first goods line."),
               gettext_lazy("Officers give their reason in words, which stand on each certificate; no kinds of "
                            "reasons are kept to count by. What was returned for correction is not counted."),
               boards.REJECTED, _CERTIFIED, (YEAR,), counted),
        Figure("waiting", gettext_lazy("Days from acceptance to a grant"),
               gettext_lazy("Calendar days; applications not decided count as far as they have come (Kaplan-Meier), "
                            "other ends compete. Half were granted within the median, eight of ten in the range."),
               _REPORTED, boards.WAITS, ("sector", *boards.TRADERS), (), waiting, most_groups=1,
               drawn="median",
               columns=(Column("cases", gettext_lazy("Applications"), tables.COUNT),
                        Column("granted", gettext_lazy("Granted"), tables.COUNT),
                        Column("median", gettext_lazy("Median"), tables.DAYS),
                        Column("low", gettext_lazy("A tenth by"), tables.DAYS),
                        Column("high", gettext_lazy("Nine tenths by"), tables.DAYS))),
        Figure("overdue", gettext_lazy("Applications overdue"),
               gettext_lazy("Applications not decided after the last day of the 45 working days (China), by calendar "
                            "days beyond it. Paused ones and those without a limit are not overdue."),
               _REPORTED, boards.CASES, ("status", "sector", *boards.TRADERS), (), banded,
               periods=(), most_groups=1, bands=BEYOND),
        Figure("utilisation", gettext_lazy("Use of licences"),
               gettext_lazy("What licences allow and what consignments drew, by the licence's month."), _REPORTED,
               boards.LICENCES, _CERTIFIED, (YEAR,), utilisation, drawn="used",
               columns=(Column("licences", gettext_lazy("Licences"), tables.COUNT),
                        Column("authorised_mg", gettext_lazy("Allowed"), tables.MILLIGRAMS),
                        Column("drawn_mg", pgettext_lazy("quantity", "Drawn"), tables.MILLIGRAMS),
                        Column("left_mg", pgettext_lazy("quantity", "Left"), tables.MILLIGRAMS),
                        Column("used", gettext_lazy("Used"), tables.PERCENT))),
        Figure("entries", gettext_lazy("Entered through Indian customs"),
               gettext_lazy("Consignments by the month of their Bill of Entry, with the weight entered and the "
                            "assessable value in rupees, shared out to lots by weight."),
               gettext_lazy("Under certificates of this product alone; imports that need none are not seen."),
               boards.CONSIGNMENTS, ("status", *boards.GOODS, "port", "mode", *boards.TRADERS), (MONTH,), counted,
               columns=_ENTRY_COLUMNS, span=ENTERED),
        Figure("under-way", gettext_lazy("Consignments under way"),
               gettext_lazy("Consignments booked and not yet received, by status."),
               gettext_lazy("Planned consignments are not counted."),
               boards.CONSIGNMENTS, ("status", *boards.GOODS, "port", "mode", *boards.TRADERS), ("status",), counted,
               base=(("status", UNDER_WAY),), periods=()),
        Figure("custody", gettext_lazy("Where the magnets are"),
               gettext_lazy("Net weight by account of the custody ledger, as it stands now."), _LEDGER,
               boards.CUSTODY, ("kind", *boards.GOODS, *boards.IMPORTER), ("kind",), counted, periods=(),
               columns=(tables.QUANTITY,)),
        Figure("moves", gettext_lazy("What became of magnets"),
               gettext_lazy("Postings of the custody ledger by the account they went to and the month in which it "
                            "happened; what was corrected counts nowhere."), _LEDGER,
               boards.MOVES, ("kind", *boards.GOODS, "country", *boards.IMPORTER), ("kind",), counted,
               columns=(tables.QUANTITY,)),
        Figure("embedded", gettext_lazy("Exported inside products"),
               gettext_lazy("Magnets inside exported products by country. Whether that is a re-export is unsettled."),
               _LEDGER, boards.MOVES, ("country", *boards.GOODS, *boards.IMPORTER), ("country",), counted,
               base=(("kind", (accounts.EXPORTED_PRODUCT,)),), columns=(tables.QUANTITY,)),
        Figure("alerts", gettext_lazy("Re-export alerts"),
               gettext_lazy("Exports of magnets as such by importers under certificates, by what was decided."),
               gettext_lazy("From shipping bills that were loaded into the watch."),
               boards.EXPORTS, ("status", "country", *boards.IMPORTER), ("status",), counted,
               base=(("kind", ("MAGNET",)), ("status", (watch_law.OPEN, watch_law.EXPLAINED, watch_law.CONFIRMED)))),
        Figure("visits", gettext_lazy("Verification visits done of due"),
               gettext_lazy("Visits by the month for which they are planned. Due are those whose planned day has "
                            "come in India, and those held already; done are those that were held. A visit that was "
                            "put off counts on its new day, one that was called off is not due."),
               gettext_lazy("Visits that officers planned. Importers that have kept magnets for a year without any "
                            "visit stand in the list of visits, not here."),
               boards.VISITS, ("status", "kind", *boards.IMPORTER), (YEAR,), visited, most_groups=1,
               columns=(Column("due", pgettext_lazy("visits", "Due"), tables.COUNT),
                        Column("done", pgettext_lazy("visits", "Done"), tables.COUNT),
                        Column("missed", pgettext_lazy("visits", "Due, not held"), tables.COUNT),
                        Column("rate", pgettext_lazy("visits", "Done of due"), tables.PERCENT),
                        Column("ahead", pgettext_lazy("visits", "Still to come"), tables.COUNT),
                        Column("cancelled", pgettext_lazy("visits", "Called off"), tables.COUNT))),
        Figure("at-risk", gettext_lazy("Supply at risk"),
               gettext_lazy("What waits for a Chinese licence, what certificates end within 60 days in India, and "
                            "how many weeks stocks last at the pace of the last three whole months. The rows "
                            "behind it are the applications that wait."),
               gettext_lazy("Stocks are known of importers that keep the custody ledger; the rest is from "
                            "certificates and reports."),
               boards.CASES, ("sector", *boards.IMPORTER), ("state",), at_risk, base=(("status", WITH_CHINA),),
               periods=(), most_groups=1,
               columns=(Column("waiting", gettext_lazy("Applications waiting"), tables.COUNT),
                        Column("waiting_mg", gettext_lazy("Weight waiting"), tables.MILLIGRAMS),
                        Column("ending_mg", gettext_lazy("Weight on certificates that end"), tables.MILLIGRAMS),
                        Column("weeks", gettext_lazy("Weeks of cover"), tables.WEEKS))),
        Figure("cover", gettext_lazy("Weeks of cover"),
               gettext_lazy("Stock in store and in production, divided by the weekly weight built into products in "
                            "the last three whole months."), _LEDGER,
               boards.CUSTODY, ("sector", "weight_class", *boards.IMPORTER), ("sector",), cover, periods=(),
               most_groups=1, drawn="weeks",
               columns=(Column("stock_mg", gettext_lazy("Stock"), tables.MILLIGRAMS),
                        Column("weekly_mg", gettext_lazy("Used in a week"), tables.MILLIGRAMS),
                        Column("weeks", gettext_lazy("Weeks"), tables.WEEKS))),
    )
}  # fmt: skip
