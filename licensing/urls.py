"""Addresses of licence cases, of the register of licences, of feeds, of mail and of supplier rooms."""

from django.urls import path

import licensing.converters  # noqa: F401 - registers `case` and `feed`
from licensing.views import briefs, calendar, cases, feeds, invitations, limits, mail, reports, room

app_name = "licensing"
CASE = "licences/<case:reference>/"
ROOM = "room/<str:token>/"
FEED = "licences/feeds/<feed:key>/"

urlpatterns = [
    path("licences/", cases.listing, name="case-list"),
    path("licences/register/", cases.register, name="register"),
    path("licences/calendar/", calendar.show, name="calendar"),
    path("licences/calendar/correct/", calendar.correct, name="calendar-correct"),
    path("licences/limits/", limits.PAGES.listing, name="limit-list"),
    path("licences/limits/new/", limits.PAGES.propose, name="limit-propose"),
    path("licences/limits/<slug:reference>/", limits.PAGES.detail, name="limit-detail"),
    path("licences/limits/<slug:reference>/<slug:verb>/", limits.PAGES.step, name="limit-step"),
    path("licences/feeds/", feeds.listing, name="feed-list"),
    path("licences/feeds/add/", feeds.add, name="feed-add"),
    path(FEED, feeds.detail, name="feed"),
    path(FEED + "change/", feeds.change, name="feed-change"),
    path(FEED + "pause/", feeds.act, {"verb": "pause"}, name="feed-pause"),
    path(FEED + "resume/", feeds.act, {"verb": "resume"}, name="feed-resume"),
    path(FEED + "read/", feeds.act, {"verb": "read"}, name="feed-read"),
    path(FEED + "remove/", feeds.remove, name="feed-remove"),
    path(FEED + "secret/", feeds.renew_secret, name="feed-secret"),
    path(FEED + "upload/", feeds.upload, name="feed-upload"),
    path(FEED + "runs/<int:pk>/refused.csv", feeds.refused, name="feed-refused"),
    path("licences/mail/", mail.listing, name="mail-list"),
    path("licences/mail/<int:pk>/", mail.detail, name="mail"),
    path("licences/mail/<int:pk>/file/", mail.fetch, name="mail-file"),
    path("licences/mail/<int:pk>/match/", mail.match, name="mail-match"),
    path("certificates/<reference:reference>/follow/", cases.follow, name="case-open"),
    path(CASE, cases.detail, name="case-detail"),
    path(CASE + "report/", reports.create, name="report-create"),
    path(CASE + "reports/<int:pk>/withdraw/", reports.withdraw, name="report-withdraw"),
    path(CASE + "reports/<int:pk>/decide/", reports.decide, name="report-decide"),
    path(CASE + "reports/<int:pk>/evidence/", reports.evidence, name="report-evidence"),
    path(CASE + "brief/", briefs.show, name="brief"),
    path(CASE + "brief/<int:number>.pdf", briefs.file, name="brief-file"),
    path(CASE + "mail/<int:pk>/confirm/", mail.confirm, name="mail-confirm"),
    path(CASE + "mail/<int:pk>/dismiss/", mail.dismiss, name="mail-dismiss"),
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
