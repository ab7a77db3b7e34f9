"""Addresses of licence cases, of the register of licences and of supplier rooms."""

from django.urls import path

import licensing.converters  # noqa: F401 - registers the `case` converter
from licensing.views import calendar, cases, invitations, reports, room

app_name = "licensing"
CASE = "licences/<case:reference>/"
ROOM = "room/<str:token>/"

urlpatterns = [
    path("licences/", cases.listing, name="case-list"),
    path("licences/register/", cases.register, name="register"),
    path("licences/calendar/", calendar.show, name="calendar"),
    path("licences/calendar/correct/", calendar.correct, name="calendar-correct"),
    path("certificates/<reference:reference>/follow/", cases.follow, name="case-open"),
    path(CASE, cases.detail, name="case-detail"),
    path(CASE + "report/", reports.create, name="report-create"),
    path(CASE + "reports/<int:pk>/withdraw/", reports.withdraw, name="report-withdraw"),
    path(CASE + "reports/<int:pk>/decide/", reports.decide, name="report-decide"),
    path(CASE + "reports/<int:pk>/evidence/", reports.evidence, name="report-evidence"),
    path(CASE + "invite/", invitations.create, name="room-invite"),
    path(CASE + "invitations/<int:pk>/revoke/", invitations.revoke, name="room-revoke"),
    path(ROOM, room.door, name="room"),
    path(ROOM + "code/", room.send_code, name="room-code"),
    path(ROOM + "enter/", room.enter, name="room-enter"),
    path(ROOM + "leave/", room.leave, name="room-leave"),
    path(ROOM + "report/", room.report, name="room-report"),
    path(ROOM + "correction/", room.correction, name="room-correction"),
    path(ROOM + "files/", room.files, name="room-files"),
    path(ROOM + "files/fetch/", room.fetch, name="room-fetch"),
]
