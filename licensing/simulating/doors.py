"""How what an exporter sends arrives: by the addresses and forms that all use, by files, by our own fetching."""

from __future__ import annotations

import html
import json
import os
import random
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actors
from accounts.actors import Actor
from documents import sheets
from euc import control
from euc.printing import kilograms
from licensing import feed_signing, stations
from licensing.models import FeedSource
from licensing.simulating.journal import REFUSED, TAKEN, Entry
from licensing.simulating.sendings import WHOLE_MG, Sending, Way
from licensing.simulating.serving import ExportersServer
from licensing.simulating.worker import Work

BAD_DAYS = ("down", "cut", "garbled")
COLUMNS = ("id", "case", "application", "station", "date", "licence_number", "licence_issued_on",
           "licence_expires_on", "weights_kg", "remark")  # fmt: skip


@dataclass
class Doors:
    """All ways in, with what lies ready to be fetched or dropped."""

    importer: Actor
    officer: Actor
    sources: dict[Way, FeedSource]
    server: ExportersServer
    folder: Path
    work: Work
    chance: random.Random
    faults: frozenset[str]
    listed_for: timedelta = timedelta(days=30)
    mended_after: timedelta = timedelta(
        days=2
    )  # what is bad leaves the list; at most one of two days is a bad day
    listed: list[Entry] = field(default_factory=list)
    pile: list[Entry] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)
    clients: dict[Way, Client] = field(default_factory=dict)

    def sign_out(self) -> None:
        """A new day: whoever comes signs in anew."""
        self.clients.clear()

    def client(self, way: Way) -> Client:
        """The browser of the importer's or the officer's person, signed in."""
        if way not in self.clients:
            self.clients[way] = signed_in(self.officer if way == Way.OFFICER else self.importer)
        return self.clients[way]

    def send(self, entry: Entry) -> None:
        """Send it once, or twice where it is doubled."""
        way = entry.sending.way
        if way == Way.HTTP:
            self.listed.append(entry)
        elif way == Way.FILE:
            self.pile += [entry] * (2 if entry.sending.is_doubled else 1)
        elif way == Way.WEBHOOK:
            self._call(entry)
        elif way == Way.ROOM:
            self._in_room(entry)
        else:
            self._by_hand(entry)

    # --- feeds --------------------------------------------------------------------------------------

    def publish(self, at: datetime) -> None:
        """What the exporter's server says from now on, and whether it has a bad day."""
        self.listed = [
            one
            for one in self.listed
            if one.sending.at > at - (self.mended_after if one.sending.bad else self.listed_for)
        ]
        self.server.body = json.dumps([record(one) for one in self.listed]).encode()
        had_bad_day = bool(self.server.fault)
        is_bad = "malformed" in self.faults and not had_bad_day and self.chance.random() < 0.15
        self.server.fault = self.chance.choice(BAD_DAYS) if is_bad else ""

    def _call(self, entry: Entry) -> None:
        source, sending = self.sources[Way.WEBHOOK], entry.sending
        body = json.dumps({"records": [record(entry)]}, ensure_ascii=False).encode(sending.encoding)
        body = b"\xff" + body if sending.bad == "garbled" else body
        for _time in range(2 if sending.is_doubled else 1):
            moment = timezone.now() - (timedelta(hours=1) if sending.bad == "stale" else timedelta(0))
            timestamp = str(int(moment.timestamp()))
            secret = "guessed" if sending.bad == "forged" else feed_signing.secret_of(source)
            headers = {
                "X-Feed-Timestamp": timestamp,
                "X-Feed-Signature": feed_signing.signature(secret, timestamp, body),
            }
            response = Client().post(
                reverse("api-feed", args=[source.key]), body, "application/json", headers=headers
            )
            told = (TAKEN, "202") if response.status_code == 202 else (REFUSED, f"{response.status_code}")
            entry.answers.append(told)

    def drop(self, at: datetime) -> None:
        """Lay what has piled up into the folder as one file; a garbled one is laid there again, mended."""
        if not self.pile:
            return
        rows = [[record(one).get(name, "") for name in COLUMNS] for one in self.pile]
        rows = [
            row[:-3] if one.sending.bad == "cut" else row for row, one in zip(rows, self.pile, strict=True)
        ]
        kinds = {one.sending.encoding for one in self.pile}
        is_cut = any(one.sending.bad == "cut" for one in self.pile)
        if not is_cut and self.chance.random() < 0.1:
            content, ending = sheets.xlsx_of([list(COLUMNS), *rows], title="Records"), "xlsx"
        else:
            plain = sheets.csv_of([COLUMNS, *rows]).decode("utf-8-sig")
            content, ending = plain.encode(self.chance.choice(sorted(kinds))), "csv"
        is_garbled = "encoding" in self.faults and ending == "csv" and self.chance.random() < 0.1
        folder = self.folder / self.sources[Way.FILE].key
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{at:%Y%m%d}.{ending}"
        file.write_bytes(b"\xff" + content if is_garbled else content)
        os.utime(file, (at.timestamp(), at.timestamp()))
        for one in self.pile:
            one.answers.append((TAKEN, file.name))
        self.pile = list(self.pile) if is_garbled else []

    # --- forms --------------------------------------------------------------------------------------

    def _by_hand(self, entry: Entry) -> None:
        client = self.client(entry.sending.way)
        address = reverse("licensing:report-create", args=[entry.case.replace("/", "-")])
        given = form(entry.sending, "%d-%m-%Y") | {"confidence": "MEDIUM"}
        entry.answers.append(answer(client.post(address, given)))

    def _in_room(self, entry: Entry) -> None:
        room = self.rooms.setdefault(entry.case, Room(entry.case, self.work))
        if not room.enter(
            self.client(Way.IMPORTER)
        ):  # nobody is invited to an ended case: the exporter rings up
            entry.sending = replace(entry.sending, way=Way.IMPORTER)
            self._by_hand(entry)
            return
        given = form(entry.sending, "%Y-%m-%d") | {"key": f"key-{entry.sending.mark}"}
        for _time in range(2 if entry.sending.is_doubled else 1):
            entry.answers.append(answer(room.post("room-report", given)))

    def withdraw(self, entry: Entry, pk: int) -> bool:
        return self._reasoned("report-withdraw", entry, pk, "Said by mistake")

    def decide(self, entry: Entry, pk: int) -> bool:
        return self._reasoned("report-decide", entry, pk, "Asked by telephone")

    def _reasoned(self, name: str, entry: Entry, pk: int, reason: str) -> bool:
        who = Way.OFFICER if entry.sending.way == Way.OFFICER else Way.IMPORTER
        address = reverse(f"licensing:{name}", args=[entry.case.replace("/", "-"), pk])
        return self.client(who).post(address, {"reason": reason}).status_code == 302


@dataclass
class Room:
    """The exporter's way into one case: invited by mail, let in by a code from another mail."""

    case: str
    work: Work
    token: str = ""
    client: Client = field(default_factory=Client)

    def enter(self, importer: Client) -> bool:
        """Be inside; False when nobody lets one in."""
        if self.token and self._is_inside():
            return True
        slug = self.case.replace("/", "-")
        address = f"{slug.lower()}@exporter.example"
        given = {"email": address, "language": "zh-hans"}
        if importer.post(reverse("licensing:room-invite", args=[slug]), given).status_code != 302:
            return False
        self.work()
        self.token = re.findall(r"/room/([\w-]+)/", str(_last_mail(address).body))[0]
        self.client = Client()
        self.post("room-code", {})
        self.work()
        code = re.findall(r"\d{6}", str(_last_mail(address).subject))[0]
        return self.post("room-enter", {"code": code}).status_code == 302

    def _is_inside(self) -> bool:
        return self.client.get(reverse("licensing:room-report", args=[self.token])).status_code == 200

    def post(self, name: str, given: dict[str, str]) -> Any:
        return self.client.post(reverse(f"licensing:{name}", args=[self.token]), given)


def _last_mail(address: str) -> mail.EmailMessage:
    found = [one for one in mail.outbox if one.to == [address]][-1]
    mail.outbox.clear()
    return found


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(by.person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[actors.SESSION_KEY] = by.organisation.pk
    session.save()
    return client


def record(entry: Entry) -> dict[str, str]:
    """A sending as senders' systems write it; the station in Chinese and the day in signs now and then."""
    sending = entry.sending
    case, station, day = entry.case, sending.station, sending.on
    odd = sum(sending.mark.encode()) % 3
    if sending.bad == "no_case":
        case = "LIC/0000000000/2020-21/0001"
    if sending.bad == "future":
        day = _future(sending)
    told = {
        "id": sending.mark,
        "case": case,
        "station": "已盖章"
        if sending.bad == "unknown_station"
        else stations.STATIONS[station].zh
        if odd
        else station,
        "date": f"{day.year}年{day.month}月{day.day}日" if odd == 2 else day.isoformat(),
        "remark": sending.mark,
    }
    if sending.licence:
        told |= {
            "licence_number": sending.licence.number,
            "licence_issued_on": sending.licence.issued_on.isoformat(),
            "licence_expires_on": sending.licence.expires_on.isoformat(),
            "weights_kg": f"1:{kilograms(_weight(sending))}",
        }
    return told


def form(sending: Sending, days: str) -> dict[str, str]:
    """A sending as it is typed into the forms, with days written like this."""
    day = _future(sending) if sending.bad == "future" else sending.on
    given = {
        "claimed": sending.station,
        "claimed_on": day.strftime(days),
        "application_number": f"A-{sending.mark.partition('-')[0]}",
        "note": sending.mark,
    }
    if sending.licence:
        given |= {
            "number": sending.licence.number,
            "type": "SINGLE",
            "issued_on": sending.licence.issued_on.strftime(days),
            "expires_on": sending.licence.expires_on.strftime(days),
            "weight-1": kilograms(_weight(sending)),
        }
    return given


def _future(sending: Sending) -> date:
    """A day that lies in the future, whether the clock is moved or not."""
    return max(sending.at.date(), control.day_in_china()) + timedelta(days=30)


def _weight(sending: Sending) -> int:
    assert sending.licence
    return 2 * WHOLE_MG if sending.bad == "too_much" else sending.licence.weight_mg


def answer(response: Any) -> tuple[str, str]:
    """What a form's answer was, with the words that stand beside its fields."""
    if response.status_code == 302 and response.headers["Location"].startswith(("/licences/", "/room/")):
        return TAKEN, "302"
    page = response.content.decode()
    said = re.findall(r'role="alert"[^>]*>(.*?)</div>', page, re.S)
    words = " ".join(re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in said)
    return REFUSED, f"{response.status_code} {html.unescape(words)}"[:400]
