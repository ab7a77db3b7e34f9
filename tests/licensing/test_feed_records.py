"""Records of feeds: dates and stations as senders write them, bodies that are cut, broken or too large."""

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import sheets
from licensing import feed_records, stations
from licensing.feed_records import MOST_ROWS, Meter, Row, Unreadable

GOOD = {"id": "r-1", "application": "26-1", "station": "ACCEPTED", "date": "2026-11-05"}
HEAD = "id,application,station,date,remark"
DIGITS = "〇一二三四五六七八九"


def row(**given):
    return feed_records.read(Row(1, GOOD | given))


def why(**given):
    record, problems = row(**given)
    assert record is None
    return {name: said for name, said in problems}


def in_chinese(number):
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


class TestDay:
    @pytest.mark.parametrize(
        "said",
        [
            *(
                "2026-11-05",
                "2026-11-5",
                "2026/11/05",
                "2026.11.05",
                "20261105",
                "2026年11月5日",
                "2026 年 11 月 5 号",
            ),
            *("二〇二六年十一月五日", "二○二六年十一月五日", "二零二六年十一月五日", "２０２６年１１月５日"),
        ],
    )
    def test_reads(self, said):
        assert feed_records.day_of(said) == date(2026, 11, 5)

    @pytest.mark.parametrize(
        ("said", "day"),
        [("二〇二六年十月十日", (10, 10)), ("二〇二六年一月二十九日", (1, 29)), ("二〇二六年三月卅一日", (3, 31)),
         ("二〇二六年十二月廿日", (12, 20)), ("二〇二六年六月廿三日", (6, 23)), ("二〇二六年五月三十日", (5, 30))],
    )  # fmt: skip
    def test_counts_in_chinese(self, said, day):
        assert feed_records.day_of(said) == date(2026, *day)

    @given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
    def test_reads_what_it_writes_in_chinese(self, day):
        year = "".join(DIGITS[int(sign)] for sign in str(day.year))
        said = f"{year}年{in_chinese(day.month)}月{in_chinese(day.day)}日"
        assert feed_records.day_of(said) == day

    @pytest.mark.parametrize(
        "said",
        [
            *(
                "05/11/2026",
                "05-11-2026",
                "26-11-05",
                "2026-11",
                "2026-02-30",
                "2026-13-01",
                "1026-11-05",
                "soon",
            ),
            *(
                "二〇二六年十三月五日",
                "二〇二六年十一月三十二日",
                "二〇二六年二月三十日",
                "二〇二六年十十月五日",
            ),
            *("二六年十一月五日", "२०२६-११-०५", "2026-11-05T10:00", "二〇二六年五五月一日"),
        ],
    )
    def test_refuses(self, said):
        with pytest.raises(ValueError):
            feed_records.day_of(said)

    @given(st.text(max_size=20))
    def test_never_falls_over(self, said):
        with contextlib.suppress(ValueError):
            assert isinstance(feed_records.day_of(said), date)


class TestStation:
    @pytest.mark.parametrize("code", stations.CLAIMABLE)
    def test_by_code_and_by_the_words_of_the_law(self, code):
        assert feed_records.station_of(code.lower()) == code
        assert feed_records.station_of(f" {stations.STATIONS[code].zh} ") == code

    @pytest.mark.parametrize("said", ["", "PREPARED", "待申请", "accepted?", "受理了吗"])
    def test_not_what_cannot_be_claimed(self, said):
        assert feed_records.station_of(said) == ""


class TestRead:
    def test_a_record(self):
        record, problems = row(
            station="不予许可",
            date="二〇二六年十一月五日",
            reason="最终用途不明确；另行说明",
            remark="by mail\nlate",
        )
        assert not problems
        assert (record.station, record.on, record.grounds) == ("REFUSED", date(2026, 11, 5), ("END_USE",))
        assert record.note == "另行说明\nby mail\nlate"

    @pytest.mark.parametrize(
        ("said", "weights"),
        [("500", {0: 500_000_000}), (500, {0: 500_000_000}), ("1:500; 2：20.5", {1: 500_000_000, 2: 20_500_000}),
         ({"1": "0.000001"}, {1: 1}), ({"1": 2.5}, {1: 2_500_000}), ("", {}), (None, {})],
    )  # fmt: skip
    def test_weights_in_whole_milligrams(self, said, weights):
        assert row(weights_kg=said)[0].weights == weights

    @pytest.mark.parametrize(
        "said",
        [
            "0.0000001",
            "1:500; 1:20",
            "1:-5",
            "x:5",
            "1:5:5",
            "1:",
            {"1": float("nan")},
            {"1": [2]},
        ],
    )
    def test_no_weights(self, said):
        assert "weights_kg" in why(weights_kg=said)

    @pytest.mark.parametrize(
        ("given", "names"),
        [
            ({"id": ""}, {"id"}),
            ({"id": None, "station": None, "date": None}, {"id", "station", "date"}),
            ({"application": ""}, {"application"}),
            ({"station": "gone"}, {"station"}),
            ({"date": "05/11/2026"}, {"date"}),
            ({"date": ["2026-11-05"], "station": {}}, {"date", "station"}),
            ({"id": "a\x00b"}, {"id"}),
            ({"id": "x" * 101, "licence_expires_on": "never"}, {"id", "licence_expires_on"}),
            ({"remark": "\ud800"}, {"remark"}),
        ],
    )
    def test_says_everything_that_is_wrong(self, given, names):
        assert set(why(**given)) == names

    def test_the_same_record_has_the_same_fingerprint(self):
        assert row()[0].fingerprint == row(station="受理", date="2026年11月5日")[0].fingerprint
        assert row()[0].fingerprint != row(date="2026-11-06")[0].fingerprint

    @given(st.dictionaries(st.sampled_from(list(feed_records.FIELDS)), st.one_of(
        st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.lists(st.text(max_size=3), max_size=3),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3))))  # fmt: skip
    def test_never_falls_over(self, given):
        record, problems = feed_records.read(Row(1, given))
        assert (record is None) == bool(problems)
        json.dumps(feed_records.kept(given)).encode()


class TestJson:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
    def test_reads_every_encoding(self, encoding):
        body = json.dumps({"records": [GOOD | {"station": "受理"}]}, ensure_ascii=False).encode(encoding)
        assert feed_records.rows_of_json(body)[0].texts["station"] == "受理"

    def test_takes_a_bare_list_and_chinese_names(self):
        body = json.dumps([{"编号": "1", "状态": "受理", "unknown": 1}]).encode()
        assert feed_records.rows_of_json(body)[0].texts == {"id": "1", "station": "受理"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [(b"", "NO_JSON"), (b'[{"id": "1"', "NO_JSON"), (b"{}", "NO_RECORDS"), (b'{"records": {}}', "NO_RECORDS"),
         (b"3", "NO_RECORDS"), (b"[" * 5000 + b"]" * 5000, "NO_JSON"), (b"\xff\xfe\x00", "WRONG_ENCODING"),
         (b"[" + b"9" * 5000 + b"]", "NO_JSON")],
    )  # fmt: skip
    def test_refuses(self, body, code):
        with pytest.raises(Unreadable) as refused:
            feed_records.rows_of_json(body)
        assert refused.value.code == code

    def test_a_record_that_is_no_object_is_one_bad_row(self):
        rows = feed_records.rows_of_json(json.dumps([GOOD, "x", GOOD]).encode())
        assert [bool(one.problems) for one in rows] == [False, True, False]

    def test_too_many_rows(self):
        with pytest.raises(Unreadable) as refused:
            feed_records.rows_of_json(b"[" + b"{}," * MOST_ROWS + b"{}]")
        assert refused.value.code == "TOO_MANY_ROWS"


class TestTable:
    def body(self, *lines, head=HEAD):
        return "\n".join([head, *lines]).encode()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
    def test_reads_every_encoding(self, encoding):
        body = "编号,申请号,状态,日期\n1,26-1,受理,二〇二六年十一月五日\n".encode(encoding)
        (found,) = feed_records.rows_of_table(body)
        assert feed_records.read(found)[0].on == date(2026, 11, 5)

    def test_reads_a_workbook_whose_last_cells_are_empty(self):
        body = sheets.xlsx_of([HEAD.split(","), ["1", "26-1", "受理", "2026-11-05", ""]], title="1")
        (found,) = feed_records.rows_of_table(body)
        assert not found.problems

    def test_a_cut_row_is_refused_and_the_others_are_not(self):
        rows = feed_records.rows_of_table(self.body("1,26-1,受理,2026-11-05,", "2,26-1,受"))
        assert [bool(one.problems) for one in rows] == [False, True]
        assert "cut" in rows[1].problems[0][1]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "NO_RECORDS"),
            (f'{HEAD}\n1,26-1,ACCEPTED,2026-11-05,"half'.encode(), "NO_TABLE"),
            (b"a,b\n1,2", "NO_HEAD"),
            (b"id,id,station,date\n1,1,1,1", "NO_HEAD"),
            (b"PK\x03\x04 no workbook", "NO_TABLE"),
            (b"id\xff\xff\xff,station,date\n1", "NO_TABLE"),
        ],
    )
    def test_refuses(self, body, code):
        with pytest.raises(Unreadable) as refused:
            feed_records.rows_of_table(body)
        assert refused.value.code == code

    def test_refused_rows_come_back_in_their_columns(self):
        given = feed_records.kept(GOOD | {"weights_kg": {"1": 5}, "station": "x\x00"})
        head, told = feed_records.refused_table([(7, given, "why")])
        assert dict(zip(head, told, strict=True)) | {
            "row": "7",
            "reasons": "why",
            "weights_kg": "1:5",
        } == dict(zip(head, told, strict=True))


def taken(chunk, times):
    """How much of a body was taken before it was refused, and why."""
    meter = Meter()
    for count in range(times):
        try:
            meter.count(chunk)
        except Unreadable as refused:
            return len(chunk) * count, refused.code
    return len(chunk) * times, ""


class TestMeter:
    def test_stops_fifty_megabytes_while_they_arrive(self):
        length, code = taken(b"x" * 65536, 800)
        assert (length <= feed_records.MOST_BYTES, code) == (True, "TOO_LARGE")

    def test_stops_a_million_rows_while_they_arrive(self):
        length, code = taken(b"{}," * 1000, 1000)
        assert (length < 3_000_000, code) == (True, "TOO_MANY_ROWS")
