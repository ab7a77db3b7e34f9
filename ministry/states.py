"""The states and union territories of India: codes, names, and where each lies on a map of equal tiles. No database.

Codes of a GSTIN and of the Local Government Directory (LGD) differ for Andhra Pradesh, Ladakh and the western union
territory. The letters are those on number plates. The places on the map are this product's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

COLUMNS, ROWS = 8, 8
# What GSTINs still say: Daman and Diu before 2020, Andhra Pradesh before 2014.
FORMER = {"25": "26", "28": "37"}
OTHER_TERRITORY = "97"


@dataclass(frozen=True)
class State:
    """One tile: codes of GST and LGD, letters, column from 1 (west) and row from 0 (north), names."""

    gst: str
    lgd: str
    letters: str
    column: int
    row: int
    name: str
    name_hi: str


STATES = {
    state.gst: state
    for state in (
        State("01", "01", "JK", 2, 0, "Jammu and Kashmir", "जम्मू और कश्मीर"),
        State("38", "37", "LA", 3, 0, "Ladakh", "लद्दाख"),
        State("03", "03", "PB", 2, 1, "Punjab", "पंजाब"),
        State("02", "02", "HP", 3, 1, "Himachal Pradesh", "हिमाचल प्रदेश"),
        State("05", "05", "UK", 4, 1, "Uttarakhand", "उत्तराखंड"),
        State("04", "04", "CH", 2, 2, "Chandigarh", "चंडीगढ़"),
        State("06", "06", "HR", 3, 2, "Haryana", "हरियाणा"),
        State("07", "07", "DL", 4, 2, "Delhi", "दिल्ली"),
        State("12", "12", "AR", 8, 2, "Arunachal Pradesh", "अरुणाचल प्रदेश"),
        State("08", "08", "RJ", 2, 3, "Rajasthan", "राजस्थान"),
        State("09", "09", "UP", 3, 3, "Uttar Pradesh", "उत्तर प्रदेश"),
        State("10", "10", "BR", 4, 3, "Bihar", "बिहार"),
        State("11", "11", "SK", 5, 3, "Sikkim", "सिक्किम"),
        State("18", "18", "AS", 7, 3, "Assam", "असम"),
        State("13", "13", "NL", 8, 3, "Nagaland", "नागालैंड"),
        State("24", "24", "GJ", 1, 4, "Gujarat", "गुजरात"),
        State("23", "23", "MP", 2, 4, "Madhya Pradesh", "मध्य प्रदेश"),
        State("22", "22", "CG", 3, 4, "Chhattisgarh", "छत्तीसगढ़"),
        State("20", "20", "JH", 4, 4, "Jharkhand", "झारखंड"),
        State("19", "19", "WB", 5, 4, "West Bengal", "पश्चिम बंगाल"),
        State("17", "17", "ML", 7, 4, "Meghalaya", "मेघालय"),
        State("14", "14", "MN", 8, 4, "Manipur", "मणिपुर"),
        State(
            "26",
            "38",
            "DD",
            1,
            5,
            "Dadra and Nagar Haveli and Daman and Diu",
            "दादरा और नगर हवेली तथा दमन और दीव",
        ),
        State("27", "27", "MH", 2, 5, "Maharashtra", "महाराष्ट्र"),
        State("36", "36", "TG", 3, 5, "Telangana", "तेलंगाना"),
        State("21", "21", "OD", 4, 5, "Odisha", "ओडिशा"),
        State("16", "16", "TR", 7, 5, "Tripura", "त्रिपुरा"),
        State("15", "15", "MZ", 8, 5, "Mizoram", "मिज़ोरम"),
        State("30", "30", "GA", 1, 6, "Goa", "गोवा"),
        State("29", "29", "KA", 2, 6, "Karnataka", "कर्नाटक"),
        State("37", "28", "AP", 3, 6, "Andhra Pradesh", "आंध्र प्रदेश"),
        State("31", "31", "LD", 1, 7, "Lakshadweep", "लक्षद्वीप"),
        State("32", "32", "KL", 2, 7, "Kerala", "केरल"),
        State("33", "33", "TN", 3, 7, "Tamil Nadu", "तमिलनाडु"),
        State("34", "34", "PY", 4, 7, "Puducherry", "पुदुच्चेरी"),
        State("35", "35", "AN", 7, 7, "Andaman and Nicobar Islands", "अंडमान और निकोबार द्वीपसमूह"),
    )
}
_AT = {(state.column, state.row): state for state in STATES.values()}


def grid() -> list[State | None]:
    """The tiles from north-west to south-east, row by row; None where there is no land."""
    return [_AT.get((column, row)) for row in range(ROWS) for column in range(1, COLUMNS + 1)]


def code_of(state_code: str, gstin: str) -> str:
    """The state of an organisation as GST numbers states: what its record says, else what its GSTIN begins with."""
    found = state_code or gstin[:2]
    return FORMER.get(found, found)


def name(code: str) -> str:
    """In the reader's language; the code itself where it is none."""
    if code == OTHER_TERRITORY:
        return _("other territory")
    state = STATES.get(code)
    if state is None:
        return code
    return state.name_hi if (get_language() or "").startswith("hi") else state.name
