"""How letters say where an application stands: phrases in Chinese and English, what takes them back. Data only.

Regular expressions; what holds another phrase comes before it.
"""

from __future__ import annotations

from licensing import stations

CHINESE: dict[str, tuple[str, ...]] = {
    stations.NOT_ACCEPTED: ("不予受理", "决定不受理", "退回(?:了)?申请"),
    stations.REFUSED: ("不予许可", "不予批准", "未予批准", "未获(?:批准|许可)", "被驳回", "被拒绝", "不批准"),
    stations.SUSPENDED: ("(?:许可证?)?(?:被|已)?暂停使用",),
    stations.REVOKED: ("许可证?(?:已)?被?(?:撤销|吊销|撤回)", "(?:撤销|吊销)(?:了)?许可"),
    stations.WITHDRAWN: ("撤回(?:了)?(?:该|本|此)?申请", "申请(?:已)?(?:被)?撤回", "已撤回"),
    stations.SURRENDERED: ("许可证?(?:已)?(?:交回|缴回)", "(?:交回|缴回)(?:了)?许可证"),
    stations.USED_UP: ("自动失效", "许可证?(?:数量)?已(?:全部)?(?:用完|使用完毕)"),
    stations.EXPIRED: ("许可证?(?:已)?过期", "已到期失效"),
    stations.AMENDING: ("(?:正在|申请|办理)(?:许可证)?变更", "许可证变更中"),
    stations.ISSUED: (
        "已发证",
        "已(?:经)?(?:于[^,，。]{2,20})?(?:签发|下发|核发|颁发|出证|领证)",
        "许可证(?:已经?)?(?:签发|下发|核发|颁发|下来)",
        "(?:已经?)?(?:取得|拿到|领取|收到|获得)了?(?:出口)?许可证",
        "许可证已(?:出|取得|领取)",
    ),
    stations.APPROVED: (
        "准予许可",
        "已(?:经)?(?:获批|批准|通过审批)",
        "获得?批准",
        "审批通过",
        "(?:商务部|部里)批准了?",
    ),
    stations.CORRECTION: ("补正", "补充(?:材料|资料|说明)", "补交材料", "材料不齐"),
    stations.REFERRED: ("转报国务院", "报(?:请)?国务院", "转报中央军委"),
    stations.PAUSED: (
        "暂停(?:计时|审查|审核)",
        "中止审查",
        "组织鉴别",
        "专家(?:咨询|评审)",
        "实地核查",
    ),
    stations.ACCEPTED: (
        "(?:已经?|正式|予以|准予|被|获)受理",
        "受理(?:了|通知书?|决定书?|回执)",
        "受理日期",
        "[日号](?:被|正式|获)?受理",
    ),
    stations.REVIEW: (
        "(?:正在)?(?:审查|审核|审批)中",
        "正在(?:审查|审核|审批)",
        "进入(?:审查|审核)(?:阶段)?",
        "在审",
    ),
    stations.PROVINCE: (
        "[省市](?:级)?(?:商务)?(?:主管部门|厅|局|委)?(?:正在)?(?:初审|已?转报|已?上报)",
        "初审(?:中|通过)",
    ),
    stations.FILED: (
        "(?:已经?)(?:网上)?(?:提交|递交|申报|申请)",
        "已将[^,，。]{1,20}(?:提交|递交|上传|上报)",
        "(?:提交|递交)了(?:出口许可)?申请",
        "申请(?:材料)?已(?:提交|递交|上传)",
    ),
}

_IS, _LICENCE = "(?:has been|have been|was|were|is|are)", "licen[cs]e"
_A_LICENCE, _AN_APPLICATION = (
    f"(?:the |our |an? |your )?(?:export )?{_LICENCE}",
    f"(?:the |our |an? |your )?(?:export )?(?:{_LICENCE} )?application",
)
ENGLISH: dict[str, tuple[str, ...]] = {
    stations.NOT_ACCEPTED: (
        "(?:decision|decided|refused|declined) not to accept",
        "(?:refused|declined) to accept",
    ),
    stations.REFUSED: (
        f"(?:{_IS}|been) (?:refused|rejected|denied|turned down)",
        f"(?:refused|rejected|denied) {_AN_APPLICATION}",
        "decision not to grant",
    ),
    stations.SUSPENDED: (f"{_LICENCE} {_IS} suspended", f"use {_IS} suspended"),
    stations.REVOKED: (f"{_LICENCE} {_IS} (?:revoked|cancelled|canceled)", f"revoked {_A_LICENCE}"),
    stations.WITHDRAWN: (f"application {_IS} withdrawn", f"withdr(?:ew|awn) {_AN_APPLICATION}"),
    stations.SURRENDERED: (f"{_LICENCE} {_IS} (?:handed back|surrendered|returned)",),
    stations.USED_UP: (f"{_LICENCE} {_IS} (?:used up|fully used|exhausted)",),
    stations.EXPIRED: (f"{_LICENCE} (?:has |is )?expired",),
    stations.AMENDING: (
        "appl(?:ied|ying) for (?:an? )?amendment",
        f"{_LICENCE} is being amended",
        f"amendment {_IS} (?:filed|requested)",
    ),
    stations.ISSUED: (
        f"{_LICENCE} {_IS} (?:issued|released)",
        f"(?:received|obtained|got|collected|issued) {_A_LICENCE}",
    ),
    stations.APPROVED: (
        f"(?:{_IS}|got) (?:approved|granted)",
        "mofcom (?:has )?approved",
        "approved by mofcom",
        "(?:received|obtained|got) (?:the )?approval",
    ),
    stations.CORRECTION: (
        "(?:asked|requested|require[sd]|needs?|needed) (?:us |you )?(?:to )?(?:correct|supplement|resubmit|add)",
        "correction notice",
        "notice of correction",
        "supplementary (?:materials|documents)",
        "additional documents are",
    ),
    stations.REFERRED: (
        "referred to the state council",
        "referred to (?:the )?(?:central )?military commission",
    ),
    stations.PAUSED: (
        f"(?:clock|review|time limit) {_IS} (?:paused|suspended)",
        "(?:under|undergoing) expert (?:review|consultation)",
    ),
    stations.ACCEPTED: (
        f"(?:{_IS}|been|formally|officially) accepted",
        "accepted (?:on|by|for review|our|the application)",
        "acceptance (?:notice|letter)",
        "notice of acceptance",
        "mofcom (?:has )?accepted",
    ),
    stations.REVIEW: ("under (?:review|examination)", "(?:is|are) being (?:reviewed|examined)"),
    stations.PROVINCE: (
        "provincial (?:department|commerce|bureau|authority)[^.;]{0,40}(?:review|check|receiv|forward)\\w*",
        "with the provincial",
    ),
    stations.FILED: (
        f"{_IS} (?:filed|submitted|lodged)",
        f"(?:filed|submitted|lodged) {_AN_APPLICATION}",
        "application (?:filed|submitted|lodged)",
    ),
}

# Signs of traditional writing in these words, and full-width ones, one for one.
_TRADITIONAL = str.maketrans(
    "請許證審補號務據發獲於駁絕簽領繳銷暫計時報國變過對狀態進廳級鑒專諮詢實將還沒嗎預為會決書與資說齊網遞給數後開內並執關廢動終經",
    "请许证审补号务据发获于驳绝签领缴销暂计时报国变过对状态进厅级鉴专咨询实将还没吗预为会决书与资说齐网递给数后开内并执关废动终经",
)
FOLDED = {**_TRADITIONAL, **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}

# Before a phrase, in its clause: it is denied, hoped for, asked or made to depend on something.
DENIED = (
    *("尚?未", "还没", "没有?", "并非", "不是", "暂不", "是否", "能否", "可否", "有无", "何时", "什么时候"),
    *("预计", "估计", "大概", "可能", "应该?会", "有望", "争取", "希望", "如果", "若", "倘", "假如", "一旦"),
    *(
        "待",
        "等(?:待|到|候)",
        "将",
        "准备",
        "打算",
        "计划",
        "需要?先",
        "请问",
        "会在",
        "才能",
        "之前",
        "以为",
    ),
    r"\b(?:not|no|never|unless|if|whether|when|once|until|before|after|awaiting|waiting|wait|pending|please)\b",
    r"\b(?:expect|hope|plan|intend|assum|suppos|await|wish)\w*",
    r"\b(?:should|will|would|shall|may|might|could|can|cannot|likely|probably|soon|unlikely|without|do|does|did)\b",
    r"\b(?:yet to|to be|about to|in case|provided)\b",
    "n[’']t\\b",
)
# After it: it only names a moment from which something counts, or it is asked.
ONLY_NAMED = (
    r"[之以]?后(?:的)?\s*\d",
    "[之以]前",
    "[之以]后",
    "后[，,]?(?:才|再|方|将|会|需|应|的|请|就)",
    "时(?:限|会|将|再|请)",
    "需要|尚|还|了?吗|了?没有",
    "的?(?:条件|概率|可能)",
    r"(?:yet to|or not|soon)\b",
)
# Where the mail that is answered or forwarded begins.
QUOTES = (
    r"-{2,}\s*(?:original message|forwarded message|原始邮件|原邮件|转发邮件|回复)",
    r"_{8,}\s*$",
    r"on .{5,200} wrote:\s*$",
    r"在 ?.{4,200}写道[:：]\s*$",
    r"(?:发件人|寄件者)[:：]",
    r"from:\s.{0,200}@",
)
