"""Screening: one certificate's parties against 300,000 generated names, and recall and precision on spelled variants.

The variants are made by rules from invented names and were never used to choose a threshold. What counts as the same
name is known from how each was made; the near misses are other names made of the same words.
"""

import csv
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import figures, places

ENTRIES = figures.scaled(300_000, least=2_000)
LOOKED_UP = 20  # certificates

FIRST = [
    "Zor",
    "Kel",
    "Van",
    "Tam",
    "Bri",
    "Mol",
    "Sha",
    "Ner",
    "Gul",
    "Pri",
    "Dor",
    "Fen",
    "Lak",
    "Wes",
    "Hor",
    "Jin",
    "Tar",
    "Bel",
    "Cor",
    "Nav",
    "Rus",
    "Ost",
    "Kar",
    "Mer",
    "Sil",
]
LAST = [
    "tek",
    "van",
    "dor",
    "lin",
    "gar",
    "mos",
    "tik",
    "ran",
    "bel",
    "sun",
    "tor",
    "vik",
    "nam",
    "zen",
    "pur",
    "gal",
    "ket",
    "ron",
    "dip",
    "shar",
    "mand",
    "vak",
]
TRADE = [
    "Industries",
    "Trading",
    "Electronics",
    "Metals",
    "Shipping",
    "Technology",
    "Logistics",
    "Systems",
    "Machinery",
    "Marine",
]
LEGAL = ("Ltd", "LLC", "Co., Ltd.", "JSC", "Private Limited", "")
HAN = "东方华宇天成海金龙兴达博远宏泰瑞丰恒通盛世嘉禾美星光明新科创力仁和"
HAN_TRADE = ("电子", "科技", "机械", "贸易")
# Name, the same name in other writing; syllables chosen so that both spellings are undisputed.
HINDI = {
    "Kamal Yantra": "कमल यंत्र", "Sagar Chumbak": "सागर चुंबक", "Vijay Vidyut": "विजय विद्युत",
    "Nandan Dhatu": "नंदन धातु", "Pavan Urja": "पवन ऊर्जा", "Girish Motors": "गिरीश मोटर्स",
    "Rohit Rotor": "रोहित रोटर", "Deepak Naval": "दीपक नवल", "Suraj Marine": "सूरज मरीन",
    "Amit Aviation": "अमित एविएशन", "Lalit Sagar": "ललित सागर", "Kiran Metals": "किरण मेटल्स",
    "Nirmal Power": "निर्मल पावर", "Mohan Magnetics": "मोहन मैग्नेटिक्स", "Uday Udyog": "उदय उद्योग",
    "Tarun Tantra": "तरुण तंत्र", "Varun Jahaz": "वरुण जहाज", "Manish Minerals": "मनीष मिनरल्स",
    "Hemant Heavy": "हेमंत हेवी", "Jagat Jyoti": "जगत ज्योति",
}  # fmt: skip


def run() -> list[dict]:
    """Measure on each database; each entry is {"name", "value", "unit", "target", "holds"}."""
    rows = []
    for engine in places.engines():
        places.prepared(engine, "screening")
        rows += json.loads(places.python(engine, "screening", "-m", "benchmarks.screening", engine.label))
    return rows


def measure(engine: str) -> list[dict]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts import actors
    from euc.screening import record, services

    chance = random.Random(20261127)
    variants, entries = _variants(random.Random(43))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "names.csv"
        _write(path, entries, chance)
        began = time.process_time()
        services.load_file(path, code="bench", name="Bench", by=actors.clock())
        loading = time.process_time() - began
    spent, queries = [], set()
    for number in range(LOOKED_UP):
        parties = _parties(chance, number)
        with CaptureQueriesContext(connection) as seen:
            began = time.perf_counter()
            record.look_up(parties, least=record.THRESHOLD)
            spent.append(time.perf_counter() - began)
        queries.add(len(seen))
    right = missed = wrong = 0
    for name, country, entity in variants:
        hits = {
            pair[1].entity.entity_id
            for pair in record.look_up([record.Party("", (name,), country)], least=record.THRESHOLD)
        }
        right += entity in hits if entity else 0
        missed += entity not in hits if entity else 0
        wrong += len(hits - {entity})
    return [
        figures.at_most(
            f"six parties against {ENTRIES:,} names, slowest of {LOOKED_UP}, {engine}", max(spent), "s", 1
        ),
        figures.at_most(f"different counts of queries for that, {engine}", len(queries), "counts", 1),
        figures.told(f"loading a thousand names, {engine}", 1000 * loading / ENTRIES, "CPU s"),
        figures.told(
            f"recall on {right + missed} spelled variants, {engine}", right / (right + missed), "share"
        ),
        figures.told(f"precision on {len(variants)} names, {engine}", right / max(right + wrong, 1), "share"),
    ]


def _latin(chance: random.Random) -> str:
    words = [chance.choice(FIRST) + chance.choice(LAST) + chance.choice(["", "a", "o", "ia", "ex"])]
    return " ".join([*words, chance.choice(TRADE), chance.choice(LEGAL)]).strip()


def _write(path: Path, entries: list[dict], chance: random.Random) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, ["id", "schema", "name", "aliases", "countries"])
        rows.writeheader()
        rows.writerows(entries)
        for number in range(ENTRIES - len(entries)):
            han = "".join(chance.sample(HAN, 4)) + chance.choice(HAN_TRADE) + "有限公司"
            rows.writerow(
                {
                    "id": f"gen-{number}",
                    "schema": "Company",
                    "name": _latin(chance),
                    "aliases": han if number % 5 == 0 else "",
                    "countries": chance.choice(["ru", "cn", "ir", "kp", ""]),
                }
            )


def _parties(chance: random.Random, number: int):
    from euc.screening.record import Party

    han = "".join(chance.sample(HAN, 4)) + "磁材有限公司"
    return [
        Party("exporter", (_latin(chance), han), "CN"),
        Party("importer", (f"Demo Importer {number} Private Limited", "示例进口商"), "IN"),
        Party("end_user", (_latin(chance),), "IN"),
        Party("oem", ("Vahana Scooters Limited",)),
        Party("plant", ("Chakan motor plant",)),
        Party("signatory", ("Asha Deshpande",)),
    ]


def _variants(chance: random.Random) -> tuple[list[tuple[str, str, str]], list[dict]]:
    """Names as somebody would write them, with the entry that is meant ("" where none is), and the entries."""
    from euc.screening.names import pinyin

    rows, entries = [], []

    def listed(name: str, aliases: str = "", country: str = "") -> str:
        entries.append(
            {
                "id": f"v-{len(entries)}",
                "schema": "Company",
                "name": name,
                "aliases": aliases,
                "countries": country,
            }
        )
        return entries[-1]["id"]

    for number in range(60):  # Latin: a slip, another legal form, other order, run together, none
        stem = f"{chance.choice(FIRST)}{chance.choice(LAST)}{chance.choice('aeiou')}{chance.choice(LAST)}"
        trade = chance.choice(TRADE)
        entity = listed(f"{stem} {trade} Ltd", country="ru")
        at = chance.randrange(2, len(stem) - 1)
        rows.append((f"{stem[:at]}{chance.choice('aeioubdk')}{stem[at + 1 :]} {trade} LLC", "", entity))
        rows.append(
            (f"{trade} {stem}", "RU", entity)
            if number % 2
            else (f"{stem}{trade} Private Limited", "", entity)
        )
        other = f"{chance.choice(FIRST)}{chance.choice(LAST)}{chance.choice('aeiou')}{chance.choice(LAST)}"
        rows.append((f"{other} {trade} Ltd", "", ""))
    for _number in range(30):  # hanzi: as written, pinyin together, pinyin apart, another character
        core = "".join(chance.sample(HAN, 5))
        trade = chance.choice(HAN_TRADE)
        entity = listed(f"{core}{trade}有限公司", country="cn")
        sound = pinyin(core + trade)
        rows.append((f"{core}{trade}股份有限公司", "CN", entity))
        rows.append(("".join(sound).capitalize() + " Co., Ltd.", "CN", entity))
        rows.append((" ".join(s.capitalize() for s in sound), "", entity))
        rows.append(("".join(chance.sample(HAN, 5)) + trade, "CN", ""))
    for latin, hindi in HINDI.items():
        entity = listed(latin, country="in")
        rows.append((f"{hindi} प्राइवेट लिमिटेड", "IN", entity))
        rows.append((latin.replace("i", "ee", 1) + " Pvt Ltd", "", entity))
    return rows, entries


if __name__ == "__main__":
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    print(json.dumps(measure(sys.argv[1])))
