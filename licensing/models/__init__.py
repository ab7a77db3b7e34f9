"""What is stored of Chinese export licences: cases, reports, decisions, licences, rooms, reminders, briefs,
feeds, mail, the calendar, the time limits.
"""

from licensing.models.brief import CaseBrief
from licensing.models.calendar import CalendarCorrection, CalendarDay
from licensing.models.case import LicenceCase
from licensing.models.feed import FeedDelivery, FeedRecord, FeedRefusal, FeedRun, FeedSource
from licensing.models.licence import Licence, LicenceLine
from licensing.models.limit import TimeLimit
from licensing.models.mail import (
    MailArrival,
    MailBox,
    MailMatching,
    MailMessage,
    MailRuling,
    MailSuggestion,
)
from licensing.models.reminder import CaseReminder
from licensing.models.report import ReportRuling, ReportWithdrawal, StatusReport
from licensing.models.room import RoomCode, RoomInvitation, RoomPost

__all__ = [
    "CalendarCorrection",
    "CalendarDay",
    "CaseBrief",
    "CaseReminder",
    "FeedDelivery",
    "FeedRecord",
    "FeedRefusal",
    "FeedRun",
    "FeedSource",
    "Licence",
    "LicenceCase",
    "LicenceLine",
    "MailArrival",
    "MailBox",
    "MailMatching",
    "MailMessage",
    "MailRuling",
    "MailSuggestion",
    "ReportRuling",
    "ReportWithdrawal",
    "RoomCode",
    "RoomInvitation",
    "RoomPost",
    "StatusReport",
    "TimeLimit",
]
