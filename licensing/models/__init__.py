"""What is stored of Chinese export licences: cases, reports, decisions, licences, China's calendar."""

from licensing.models.calendar import CalendarDay
from licensing.models.case import LicenceCase
from licensing.models.licence import Licence, LicenceLine
from licensing.models.report import ReportRuling, ReportWithdrawal, StatusReport

__all__ = [
    "CalendarDay",
    "Licence",
    "LicenceCase",
    "LicenceLine",
    "ReportRuling",
    "ReportWithdrawal",
    "StatusReport",
]
