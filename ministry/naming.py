"""What the values of dimensions are called: in words for people, by IEC instead of our own number for importers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from accounts.models import Organisation
from euc import countries
from euc import workflow as certificate_law
from euc.models.certificate import EndUse
from licensing import grounds, stations
from ministry import boards, states, telling
from ministry.bands import Days
from shipments import accounts, ports, visit_law, watch_law
from shipments import workflow as consignment_law
from shipments.models import Consignment, Visit

DIMENSION_LABELS: dict[str, Any] = {
    "month": gettext_lazy("Month"),
    "year": gettext_lazy("Financial year"),
    "status": gettext_lazy("Status"),
    "kind": gettext_lazy("Kind"),
    "day": gettext_lazy("Day"),
    "band": pgettext_lazy("of days", "Days"),
    "sector": gettext_lazy("Sector"),
    "hs_in": gettext_lazy("Tariff code (India)"),
    "hs_cn": gettext_lazy("HS code (China)"),
    "weight_class": gettext_lazy("Class of rare earths"),
    "port": gettext_lazy("Port of entry"),
    "mode": gettext_lazy("Transport"),
    "country": gettext_lazy("Country"),
    "currency": gettext_lazy("Currency"),
    "province": gettext_lazy("Exporter's province"),
    "state": gettext_lazy("Importer's state"),
    "importer": gettext_lazy("Importer"),
    "exporter": gettext_lazy("Exporter"),
}
# What else can be asked of a figure.
PARAMETER_LABELS: dict[str, Any] = {
    "group": gettext_lazy("Group by"),
    "from": gettext_lazy("From month"),
    "to": gettext_lazy("To month"),
    "compare": gettext_lazy("Compare with"),
    "days": DIMENSION_LABELS["band"],
}
# What a dimension means, where that is not plain.
MEANINGS: dict[str, Any] = {
    "state": gettext_lazy(
        "Where the importer is registered by its record today: the state on it, else that of its GSTIN. Plants in "
        "other states are not told apart. Codes are those of GST."
    ),
}
# What the kinds of a board are, where "kind" says too little.
KIND_LABELS: dict[str, Any] = {
    boards.ELEMENTS: gettext_lazy("Element"),
    boards.REFUSALS: gettext_lazy("Reason"),
    boards.VISITS: gettext_lazy("Asked for by"),
}
CLASSES = {
    "light": gettext_lazy("light"),
    "medium": gettext_lazy("medium"),
    "heavy": gettext_lazy("heavy"),
    "none": gettext_lazy("without rare earths"),
    "unknown": gettext_lazy("not known"),
}
OUTCOMES = {
    "GRANTED": gettext_lazy("granted"),
    "OTHERWISE": gettext_lazy("ended without a grant"),
    "PENDING": gettext_lazy("not decided"),
}
PLEDGE_KINDS = {
    "PERIOD": gettext_lazy("for a period"),
    "CERTIFICATE": gettext_lazy("for one certificate"),
}
# GB/T 2260: the first two digits of a district of China.
PROVINCES = {
    "11": "Beijing 北京", "12": "Tianjin 天津", "13": "Hebei 河北", "14": "Shanxi 山西",
    "15": "Inner Mongolia 内蒙古", "21": "Liaoning 辽宁", "22": "Jilin 吉林",
    "23": "Heilongjiang 黑龙江", "31": "Shanghai 上海", "32": "Jiangsu 江苏",
    "33": "Zhejiang 浙江", "34": "Anhui 安徽", "35": "Fujian 福建", "36": "Jiangxi 江西",
    "37": "Shandong 山东", "41": "Henan 河南", "42": "Hubei 湖北", "43": "Hunan 湖南",
    "44": "Guangdong 广东", "45": "Guangxi 广西", "46": "Hainan 海南", "50": "Chongqing 重庆",
    "51": "Sichuan 四川", "52": "Guizhou 贵州", "53": "Yunnan 云南", "54": "Tibet 西藏",
    "61": "Shaanxi 陕西", "62": "Gansu 甘肃", "63": "Qinghai 青海", "64": "Ningxia 宁夏",
    "65": "Xinjiang 新疆",
}  # fmt: skip
STATUSES: dict[str, Any] = {
    boards.PIPELINE: certificate_law.LABELS,
    boards.ISSUED: certificate_law.LABELS,
    boards.UNDERTAKINGS: certificate_law.LABELS,
    boards.CASES: stations.LABELS,
    boards.REFUSALS: stations.LABELS,
    boards.LICENCES: stations.LICENCE_LABELS,
    boards.CONSIGNMENTS: consignment_law.LABELS,
    boards.EXPORTS: watch_law.LABELS,
    boards.VISITS: visit_law.LABELS,
}
KINDS: dict[str, Any] = {
    boards.CASES: OUTCOMES,
    boards.REFUSALS: {telling.ALL: gettext_lazy("all reasons, each application once"), **grounds.LABELS},
    boards.UNDERTAKINGS: PLEDGE_KINDS,
    boards.CUSTODY: accounts.ACCOUNTS,
    boards.MOVES: accounts.ACCOUNTS,
    boards.EXPORTS: watch_law.KINDS,
    boards.VISITS: dict(Visit.AskedBy.choices),
}


_CERTIFICATES = ngettext_lazy("%(shown)s certificate", "%(shown)s certificates", "n")
_APPLICATIONS = ngettext_lazy("%(shown)s application", "%(shown)s applications", "n")
# What the facts of a board are told as, where their number means anything; the others are rows.
THINGS: dict[str, Any] = {
    **dict.fromkeys((boards.PIPELINE, boards.ISSUED, boards.VALIDITY, boards.REJECTED), _CERTIFICATES),
    **dict.fromkeys((boards.CASES, boards.WAITS, boards.REFUSALS), _APPLICATIONS),
    boards.UNDERTAKINGS: ngettext_lazy("%(shown)s undertaking", "%(shown)s undertakings", "n"),
    boards.LICENCES: ngettext_lazy("%(shown)s licence", "%(shown)s licences", "n"),
    boards.CONSIGNMENTS: ngettext_lazy("%(shown)s consignment", "%(shown)s consignments", "n"),
    boards.EXPORTS: ngettext_lazy("%(shown)s export", "%(shown)s exports", "n"),
    boards.VISITS: ngettext_lazy("%(shown)s visit", "%(shown)s visits", "n"),
}
ROWS = ngettext_lazy("%(shown)s row", "%(shown)s rows", "n")


def label(board: str, dim: str) -> Any:
    """The heading of a dimension."""
    found = KIND_LABELS.get(board) if dim == "kind" else None
    return found or DIMENSION_LABELS[dim]


class Names:
    """Words and codes of values; importers are looked up once."""

    @cached_property
    def _importers(self) -> dict[str, tuple[str, str]]:
        rows = Organisation.objects.importers().values_list("pk", "iec", "name")
        return {str(pk): (iec or str(pk), name) for pk, iec, name in rows}

    @cached_property
    def _by_code(self) -> dict[str, str]:
        return {code: pk for pk, (code, _name) in self._importers.items()}

    def code(self, dim: str, value: str) -> str:
        """As machines and addresses name a value: an importer by its IEC."""
        if dim == "importer":
            return self._importers.get(value, (value, ""))[0]
        return value.removeprefix("FY") if dim == "year" else value

    def value(self, dim: str, code: str) -> str:
        """The value a code names; the code itself where it names none, which matches nothing."""
        return self._by_code.get(code, f"?{code}") if dim == "importer" else code

    def words(self, board: str, dim: str, value: str) -> str:
        """A value for people."""
        if not value:
            return _("not stated")
        if dim == "importer":
            return self._importers.get(value, ("", value))[1]
        if dim == "year":
            return value.removeprefix("FY")
        if dim == "band":
            days = Days.of(value)
            return _("%(days)s days") % {"days": days.words} if days else value
        if dim == "country":
            return countries.name(value)
        if dim == "state":
            return states.name(value)
        return str(self._known(board, dim).get(value, value))

    @staticmethod
    def _known(board: str, dim: str) -> dict[str, Any]:
        known: dict[str, Any] = {
            "status": STATUSES.get(board, {}),
            "kind": KINDS.get(board, {}),
            "sector": dict(EndUse.Sector.choices),
            "weight_class": CLASSES,
            "port": ports.INDIA,
            "mode": dict(Consignment.Mode.choices),
            "province": PROVINCES,
        }
        return known.get(dim, {})
