"""What letters say: phrases and their days; what is denied, hoped for, asked or quoted says nothing."""

import time
from datetime import date

import pytest

from licensing.mail import dating, words

TODAY = date(2026, 11, 27)


def claims(text, subject=""):
    return [(one.station, one.on) for one in words.read(subject, text, day=TODAY).claims]


SAID = [
    ("我司申请已于2026年11月5日受理。", "ACCEPTED", date(2026, 11, 5)),
    ("商务部于二〇二六年十一月五日正式受理了我司的申请。", "ACCEPTED", date(2026, 11, 5)),
    ("11月5日已提交申请材料，申请号 SQ-2026-118。", "FILED", date(2026, 11, 5)),
    ("我们已将申请材料递交商务部。", "FILED", TODAY),
    ("补正通知书已于2026-11-10收到，请提供照片。", "CORRECTION", date(2026, 11, 10)),
    ("2026.11.12 决定不予受理。", "NOT_ACCEPTED", date(2026, 11, 12)),
    ("目前正在审查中。", "REVIEW", TODAY),
    ("该申请仍在省商务厅初审。", "PROVINCE", TODAY),
    ("商务部作出不予许可决定（2026/11/20）。", "REFUSED", date(2026, 11, 20)),
    ("许可证已于11月20日下发，许可证号：26-AA-100221。", "ISSUED", date(2026, 11, 20)),
    ("已准予许可。", "APPROVED", TODAY),
    ("本案已转报国务院。", "REFERRED", TODAY),
    ("因组织鉴别，暂停计时。", "PAUSED", TODAY),
    ("许可证已暂停使用。", "SUSPENDED", TODAY),
    ("许可证已被撤销。", "REVOKED", TODAY),
    ("我司已撤回申请。", "WITHDRAWN", TODAY),
    ("办理状态：受理 2026年11月6日", "ACCEPTED", date(2026, 11, 6)),
    ("Status: REVIEW", "REVIEW", TODAY),
    ("The application has been accepted on 5 November 2026.", "ACCEPTED", date(2026, 11, 5)),
    ("Good news: MOFCOM accepted our file on Nov 5.", "ACCEPTED", date(2026, 11, 5)),
    ("We have submitted the export licence application on November 5th, 2026.", "FILED", date(2026, 11, 5)),
    ("Your application was rejected on 20 Nov 2026 for lack of photographs.", "REFUSED", date(2026, 11, 20)),
    ("The licence was issued on 2026-11-20.", "ISSUED", date(2026, 11, 20)),
    ("MOFCOM approved it yesterday.", "APPROVED", TODAY),
    ("It is under review now.", "REVIEW", TODAY),
    ("We received a correction notice on 10 Nov.", "CORRECTION", date(2026, 11, 10)),
    ("The licence has been revoked.", "REVOKED", TODAY),
    ("The application was referred to the State Council.", "REFERRED", TODAY),
    ("The provincial department is reviewing the file.", "PROVINCE", TODAY),
    ("申請已於2026年11月5日獲受理。", "ACCEPTED", date(2026, 11, 5)),
    ("許可證已簽發。", "ISSUED", TODAY),
]


class TestRead:
    @pytest.mark.parametrize(("text", "station", "on"), SAID)
    def test_finds_the_station_and_its_day(self, text, station, on):
        assert claims(text) == [(station, on)]

    @pytest.mark.parametrize(
        "text",
        [
            "申请尚未受理。",
            "还没有收到受理通知书。",
            "是否已受理？",
            "请问许可证已下发了吗",
            "预计下周获得批准。",
            "如果被驳回，我们将重新提交申请。",
            "受理后45个工作日内作出决定。",
            "等待正式受理。",
            "待商务部批准后再发货。",
            "The application has not been accepted yet.",
            "Has the licence been issued?",
            "We hope it will be approved soon.",
            "We expect that the licence is issued next week.",
            "As soon as the application is accepted, we will write.",
            "If the application was rejected we would file again.",
            "Please tell us when the application was filed.",
            "The licence wasn't issued.",
            "We are waiting for the acceptance notice.",
            "",
            "Dear all, thank you for your letter.",
        ],
    )
    def test_finds_nothing_where_nothing_is_claimed(self, text):
        assert claims(text) == []

    def test_finds_several_with_their_own_days(self):
        text = "我司11月3日已提交申请，11月12日已受理。"
        assert claims(text) == [("ACCEPTED", date(2026, 11, 12)), ("FILED", date(2026, 11, 3))]
        text = "The application was filed on 3 Nov 2026 and was accepted on 12 Nov 2026."
        assert set(claims(text)) == {("FILED", date(2026, 11, 3)), ("ACCEPTED", date(2026, 11, 12))}

    def test_takes_no_day_that_lies_ahead(self):
        assert claims("The licence was issued on 5 December 2026.") == []
        assert claims("许可证将于12月5日下发。") == []

    def test_takes_a_day_without_a_year_as_the_last_such_day(self):
        assert claims("12月5日已受理。") == [("ACCEPTED", date(2025, 12, 5))]

    def test_does_not_guess_at_a_day_in_two_readings(self):
        found = words.read("", "It was accepted on 05/11/2026.", day=TODAY).claims
        assert [(one.on, one.is_day_told) for one in found] == [(TODAY, False)]

    def test_keeps_the_sentence_it_rests_on(self):
        text = "Dear Ms Rao,\nThe application has been accepted. We will tell you more.\nRegards"
        assert words.read("", text, day=TODAY).claims[0].passage == "The application has been accepted."

    def test_joins_lines_that_a_mail_program_broke(self):
        text = "We are pleased to let you know that the application of our company has\nbeen accepted on 5 Nov 2026."
        assert claims(text) == [("ACCEPTED", date(2026, 11, 5))]

    @pytest.mark.parametrize(
        "quote",
        [
            "> The application was rejected.",
            "On Fri, 6 Nov 2026 at 10:00, Li wrote:\nThe application was rejected.",
            "-----Original Message-----\nThe application was rejected.",
            "发件人：李\n申请被驳回。",
            "在 2026年11月6日 写道：\n申请被驳回。",
        ],
    )
    def test_does_not_read_what_is_quoted(self, quote):
        assert claims(f"Thank you.\n{quote}") == []

    def test_does_not_read_the_heading_of_an_answer(self):
        assert claims("Thank you.", subject="Re: the application was rejected") == []
        assert claims("See below.", subject="The application was rejected") == [("REFUSED", TODAY)]

    def test_finds_numbers(self):
        said = words.read("", "申请号：SQ-2026-118，许可证编号 26-AA-100221。", day=TODAY)
        assert (said.application_number, said.licence_number) == ("SQ-2026-118", "26-AA-100221")
        said = words.read("", "Application no. sq2026/9; licence number 26-BB-7", day=TODAY)
        assert (said.application_number, said.licence_number) == ("SQ2026/9", "26-BB-7")

    def test_is_done_soon_whatever_is_sent(self):
        began = time.process_time()
        for text in (
            "已受理" * 200_000,
            "受理了" + "已" * 500_000,
            "was " * 300_000,
            "\n" * 500_000,
            "On " * 90_000,
        ):
            assert len(words.read("", text, day=TODAY).claims) <= words.MOST_CLAIMS
        assert time.process_time() - began < 10


class TestDays:
    @pytest.mark.parametrize(
        ("text", "on"),
        [
            ("2026年11月5日", date(2026, 11, 5)),
            ("二零二六年十一月二十五日", date(2026, 11, 25)),
            ("2026-11-31", None),
            ("31 April 2026", None),
            ("5th of November, 2026", date(2026, 11, 5)),
            ("Nov. 5, 2026", date(2026, 11, 5)),
            ("05-Nov-2026", date(2026, 11, 5)),
            ("on 29 February", None),  # neither this year nor the last has it
        ],
    )
    def test_are_read(self, text, on):
        found = dating.days(text, TODAY)
        assert [one[2] for one in found] == ([on] if on else [])
