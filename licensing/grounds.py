"""Why an application was sent back, not accepted or refused: a closed list that can be counted, and what mends it.

The office gives reasons in its own words, if any: these stand in the report's note, the ground can be counted.
Sources: Order 792 arts. 16, 26, 28 to 30; Announcement No. 61 of 2025, points 2 and 3; practice of exporters in 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from licensing import stations

# Stations that are told with a ground.
GIVEN_WITH = frozenset({stations.CORRECTION, stations.NOT_ACCEPTED, stations.REFUSED})


@dataclass(frozen=True)
class Ground:
    """One reason: its words in both languages and what the importer can do about it."""

    code: str
    label: Any
    zh: str
    remedy: Any


GROUNDS = {
    ground.code: ground
    for ground in (
        Ground(
            "END_USE",
            _("end use unclear"),
            "最终用途不明确",
            _("Name product, model, maker, plant and place of the magnet; supersede the certificate."),
        ),
        Ground(
            "END_USER",
            _("end user not proven"),
            "最终用户证明不足",
            _("Add company profile, trade history and photographs of production to the dossier."),
        ),
        Ground(
            "COMPOSITION",
            _("composition or technical data missing"),
            "成分检测报告或技术资料不全",
            _("Add a test report for each line, and the drawing of the magnet in the product."),
        ),
        Ground(
            "NAMES",
            _("names differ between papers"),
            "文件之间名称不一致",
            _(
                "Write every party exactly as in contract, certificate and invoice; supersede the certificate."
            ),
        ),
        Ground(
            "QUANTITY",
            _("quantity does not fit the use"),
            "数量与用途不符",
            _("Show magnets per product and products a year, or ask for less."),
        ),
        Ground(
            "FORM",
            _("papers missing, not translated, or not signed in ink"),
            "材料不齐、未附中文译件或未签字盖章",
            _("Complete the papers and send the signed original and the Chinese translation."),
        ),
        Ground(
            "SEMICONDUCTOR",
            _("advanced semiconductors or artificial intelligence: case by case"),
            "先进半导体或人工智能，逐案审批",
            _("Expect no time limit; describe process node and purpose exactly."),
        ),
        Ground(
            "MILITARY",
            _("military user or use"),
            "军事用户或军事用途",
            _("Refused in principle; file again only if the finding is wrong, with proof of the civil use."),
        ),
        Ground(
            "LISTED",
            _("a party or its owner on the Control List or Watch List"),
            "列入管控名单或关注名单",
            _("See what the lists do to this case; removal is asked of MOFCOM by the listed party."),
        ),
        Ground("OTHER", _("another reason"), "其他原因", _("Read the note of the report.")),
    )
}
LABELS = {code: ground.label for code, ground in GROUNDS.items()}


def of(codes: list[str]) -> list[Ground]:
    """The grounds of these codes, in the order of the list."""
    return [ground for code, ground in GROUNDS.items() if code in codes]
