"""The exporter's way, in Chinese, on a phone without scripts: from the link in the mail to a report that is seen."""

import email
import re
import time
from email import policy
from io import BytesIO
from zipfile import ZipFile

import pytest

from euc import control
from euc.demonstration import picture

pytestmark = pytest.mark.browser

EXPORTER = "li.wei@ningbo-magnets.example"


def mail_with(product, pattern):
    """What the pattern finds in the newest mail to the exporter, once the worker has sent it."""
    for _look in range(120):
        for path in sorted((product.var / "mail").glob("*"), key=lambda p: p.stat().st_mtime, reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            text = f"{message['subject']}\n{message.get_body().get_content()}"
            if EXPORTER in str(message["to"]) and (found := re.search(pattern, text)):
                return found[1]
        time.sleep(0.25)
    raise AssertionError(f"no mail with {pattern}: {product.tail()}")


def test_from_the_link_to_the_report(people, screenshots):
    drafter = people.enter("Divya Gowda")
    drafter.opens("/licences/?status=FILED")
    drafter.page.locator("tbody th a").first.click()
    case = drafter.page.url
    drafter.presses("Invite the exporter")
    drafter.fills(email=EXPORTER, note="请告知受理日期，谢谢。")
    drafter.presses("Send the link")
    drafter.sees("The link is on its way to the exporter.", EXPORTER, "Link open")

    exporter = people.visitor(javascript=False, width=390, height=844)
    room = mail_with(people.product, r"(/room/[\w-]+/)")
    exporter.opens(room)
    exporter.sees("供应商专区", "You were invited to help with an export licence.")
    exporter.does_not_see("LIC/", "Kaveri")
    exporter.presses("发送验证码")
    exporter.sees("验证码正在发送到受邀邮箱。")
    code = mail_with(people.product, r"(\d{6})是您的验证码")
    exporter.fills(code=f"{(int(code) + 1) % 10**6:06d}")
    exporter.presses("进入专区")
    exporter.sees("验证码错误、已使用或已过期。请查看最新的邮件。")
    exporter.fills(code=code)
    exporter.presses("进入专区")
    exporter.sees("请您答复", "申请何时受理？", "请告知受理日期，谢谢。", "案件信息")
    exporter.picture(screenshots / "room-phone.png")

    exporter.presses("报告进展")
    exporter.fills(claimed="ACCEPTED", note="受理通知书见附件")
    exporter.presses("提交报告")
    exporter.sees("存在问题", "报告此状态时须填写此项。")
    exporter.sees_typed(note="受理通知书见附件")
    exporter.fills(application_number="SQ-2026-90001", claimed_on=f"{control.day_in_china():%Y-%m-%d}")
    exporter.uploads("#id_evidence", name="受理.png", content=picture("notice"), media_type="image/png")
    exporter.presses("提交报告")
    exporter.sees(
        "谢谢。进口商可以看到您报告的内容。", "SQ-2026-90001", "受理.png", "第0个工作日，共45个工作日"
    )

    exporter.presses("请求更正")
    exporter.fills(text="合同号应为C-PO-0311")
    exporter.presses("发送给进口商")
    exporter.sees("谢谢。已通过邮件通知进口商。", "合同号应为C-PO-0311")
    papers(exporter)
    assert exporter.page.evaluate("document.documentElement.scrollWidth") <= 390

    exporter.opens(room)
    exporter.reads_in("English")
    exporter.sees("What we ask you for")
    exporter.presses("Leave the room")
    exporter.sees("Send me a code")
    exporter.does_not_see("SQ-2026-90001")

    drafter.opens(case)
    drafter.sees(
        "exporter, in its room", "SQ-2026-90001", "合同号应为C-PO-0311", "Exporter fetched the papers"
    )
    drafter.page.get_by_role("link", name=f"Revoke {EXPORTER}").click()
    drafter.presses("Revoke the link")
    drafter.sees("The link is closed, with every visit it opened.", "Link revoked")
    exporter.opens(room)
    exporter.sees("Page not found")


def papers(exporter):
    """The ZIP, once its list of contents is sealed."""
    exporter.presses("申请材料")
    exporter.sees("最终用户证明的全部材料")
    address = exporter.page.url
    if exporter.page.get_by_role("button", name="生成ZIP文件").count():
        exporter.presses("生成ZIP文件")
        exporter.sees("申请材料正在整理中。")
    for _look in range(60):
        if exporter.page.get_by_role("button", name="下载全部材料（ZIP）").count():
            break
        exporter.page.wait_for_timeout(500)
        exporter.opens(address)
    shown = exporter.page.locator("body").inner_text()
    with ZipFile(BytesIO(exporter.downloads("下载全部材料（ZIP）"))) as packed:
        sums = packed.read("SHA256SUMS").decode()
    hashes = re.findall(r"SHA-256 ([0-9a-f]{64})", shown)
    assert hashes
    assert all(one in sums for one in hashes)
