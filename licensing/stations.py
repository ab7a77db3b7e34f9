"""The stations of a Chinese export licence as one table: what can be claimed of a case. No database.

The licence is the exporter's and its office tells the importer nothing, so nothing here is a step somebody takes: a
station is claimed by a report, and the case stands where the reports put it (`deriving`).
Source: Regulations on the export control of dual-use items (Order 792), arts. 15 to 18; Administrative Licensing Law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PREPARED, FILED, PROVINCE, CORRECTION = "PREPARED", "FILED", "PROVINCE", "CORRECTION"
NOT_ACCEPTED, ACCEPTED, REVIEW, PAUSED, REFERRED = "NOT_ACCEPTED", "ACCEPTED", "REVIEW", "PAUSED", "REFERRED"
APPROVED, REFUSED, ISSUED, AMENDING = "APPROVED", "REFUSED", "ISSUED", "AMENDING"
SUSPENDED, REVOKED, SURRENDERED, USED_UP, EXPIRED = (
    "SUSPENDED",
    "REVOKED",
    "SURRENDERED",
    "USED_UP",
    "EXPIRED",
)
WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class Station:
    """One thing that can be claimed: its words, its tone, and what it does to the statutory clock.

    `clock` is "runs", "rests" (days do not count), "none" (no limit any more) or "" (before or after it).
    """

    code: str
    label: Any
    zh: str
    tone: str
    clock: str = ""
    is_end: bool = False
    has_licence: bool = False


STATIONS = {
    station.code: station
    for station in (
        Station(PREPARED, _("with the exporter, not yet filed"), "待申请", "neutral"),
        Station(FILED, _("filed online"), "网上提交", "info"),
        Station(PROVINCE, _("with the provincial department"), "省级商务主管部门初审", "info"),
        Station(CORRECTION, _("correction asked for"), "补正告知", "warning"),
        Station(NOT_ACCEPTED, _("not accepted"), "不予受理", "danger", is_end=True),
        Station(ACCEPTED, pgettext_lazy("an application", "accepted"), "受理", "info", "runs"),
        Station(REVIEW, _("under review"), "审查中", "info", "runs"),
        Station(PAUSED, _("clock paused"), "暂停计时", "warning", "rests"),
        Station(REFERRED, _("referred, without a time limit"), "转报，不受时限限制", "warning", "none"),
        Station(APPROVED, _("approved"), "准予许可", "success"),
        Station(REFUSED, _("refused"), "不予许可", "danger", is_end=True),
        Station(ISSUED, _("licence issued"), "发证", "success", has_licence=True),
        Station(AMENDING, _("being amended, not to be used"), "变更中", "warning", has_licence=True),
        Station(SUSPENDED, _("use suspended"), "暂停使用", "danger", has_licence=True),
        Station(REVOKED, _("revoked"), "撤销", "danger", is_end=True, has_licence=True),
        Station(SURRENDERED, _("handed back"), "交回", "neutral", is_end=True, has_licence=True),
        Station(USED_UP, _("used up"), "自动失效", "neutral", is_end=True, has_licence=True),
        Station(EXPIRED, _("expired"), "过期", "neutral", is_end=True, has_licence=True),
        Station(WITHDRAWN, _("application withdrawn"), "撤回申请", "neutral", is_end=True),
    )
}
LABELS = {code: station.label for code, station in STATIONS.items()}
TONES = {code: station.tone for code, station in STATIONS.items()}
CLAIMABLE = tuple(code for code in STATIONS if code != PREPARED)
ENDS = frozenset(code for code, station in STATIONS.items() if station.is_end)
OPEN = tuple(code for code in STATIONS if code not in ENDS)
BEFORE_ACCEPTANCE = frozenset({PREPARED, FILED, PROVINCE, CORRECTION})
MAY_FILE_AGAIN = frozenset({NOT_ACCEPTED, REFUSED, WITHDRAWN})
REFUSALS = frozenset({NOT_ACCEPTED, REFUSED})
AFTER_ACCEPTANCE = frozenset({ACCEPTED, REVIEW, PAUSED, REFERRED})
WITH_LICENCE = frozenset(code for code, station in STATIONS.items() if station.has_licence)
RUNNING = frozenset(code for code, station in STATIONS.items() if station.clock == "runs")
# An exporter who reports these has the application's number in hand.
NEEDS_APPLICATION = frozenset({FILED, ACCEPTED})
KNOWS_APPLICATION = frozenset({FILED, PROVINCE, CORRECTION, ACCEPTED, REVIEW, PAUSED, REFERRED})

# What a licence may be, and which station of the case puts it there.
USABLE = "ISSUED"
LICENCE_STATUS = {
    ISSUED: "ISSUED", AMENDING: "SUSPENDED", SUSPENDED: "SUSPENDED", REVOKED: "REVOKED", SURRENDERED: "REVOKED",
    USED_UP: "USED_UP", EXPIRED: "EXPIRED",
}  # fmt: skip
LICENCE_LABELS = {
    "ISSUED": _("in force"),
    "SUSPENDED": _("suspended"),
    "REVOKED": _("revoked"),
    "USED_UP": _("used up"),
    "EXPIRED": _("expired"),
}
LICENCE_TONES = {
    "ISSUED": "success",
    "SUSPENDED": "danger",
    "REVOKED": "danger",
    "USED_UP": "neutral",
    "EXPIRED": "neutral",
}
