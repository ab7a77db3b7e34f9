"""Invented organisations and people to try the product with. Every identifier has the right form and no owner."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import identifiers
from accounts.models import Membership, Organisation, Site, User
from accounts.roles import Kind, Role

# A PAN of an invented series; a GSTIN is state, PAN, entity, Z and its check character.
MOTORS_GSTIN = "27ZZZCD0001M1Z"


def _uscc(first_sixteen: str) -> str:
    """A USCC with both its check characters, the inner one of GB 11714 and the outer one."""
    code = first_sixteen + identifiers.organisation_code_check_character(first_sixteen[8:])
    return code + identifiers.uscc_check_character(code)


ORGANISATIONS = {
    "motors": {
        "kind": Kind.IMPORTER,
        "name": "Sahyadri EV Motors Private Limited (demonstration)",
        "name_zh": "萨希亚德里电动车电机私人有限公司（演示）",
        "name_hi": "सह्याद्रि ईवी मोटर्स प्राइवेट लिमिटेड (प्रदर्शन)",
        "address": "Plot D-00, Demonstration Industrial Area, Chakan, Pune",
        "address_zh": "印度浦那恰坎演示工业区D-00号",
        "city": "Pune",
        "state_code": "27",
        "postcode": "410501",
        "iec": "0388000001",
        "pan": MOTORS_GSTIN[2:12],
        "gstin": MOTORS_GSTIN + identifiers.gstin_check_character(MOTORS_GSTIN),
        "cin": "U31900MH2019PTC000001",
        "udyam": "UDYAM-MH-26-0000001",
        "email": "imports@sahyadri.example",
        "phone": "+91 20 0000 0000",
        "website": "https://sahyadri.example",
    },
    "drives": {
        "kind": Kind.IMPORTER,
        "name": "Kaveri Drive Systems LLP (demonstration)",
        "name_zh": "卡维里驱动系统有限责任合伙企业（演示）",
        "name_hi": "कावेरी ड्राइव सिस्टम्स एलएलपी (प्रदर्शन)",
        "address": "Shed 00, Demonstration Industrial Estate, Peenya, Bengaluru",
        "address_zh": "印度班加罗尔皮尼亚演示工业园00号",
        "city": "Bengaluru",
        "state_code": "29",
        "postcode": "560058",
        "iec": "ZZZFD0002N",
        "pan": "ZZZFD0002N",
        "gstin": "29ZZZFD0002N1Z" + identifiers.gstin_check_character("29ZZZFD0002N1Z"),
        "llpin": "ZZZ-0002",
        "email": "purchase@kaveri.example",
        "phone": "+91 80 0000 0000",
        "website": "https://kaveri.example",
    },
    "authority": {
        "kind": Kind.AUTHORITY,
        "name": "Export-Import Authority (demonstration)",
        "name_zh": "进出口主管机关（演示）",
        "name_hi": "निर्यात-आयात प्राधिकरण (प्रदर्शन)",
        "address": "Demonstration Bhawan, New Delhi",
        "city": "New Delhi",
        "state_code": "07",
        "postcode": "110001",
        "email": "certificates@authority.example",
    },
    "ministry": {
        "kind": Kind.MINISTRY,
        "name": "Ministry (demonstration)",
        "name_hi": "मंत्रालय (प्रदर्शन)",
        "address": "Demonstration Bhawan, New Delhi",
        "city": "New Delhi",
        "state_code": "07",
        "postcode": "110001",
    },
    "platform": {"kind": Kind.PLATFORM, "name": "Platform (demonstration)"},
}

SITES = {
    "motors": [
        {
            "name": "Chakan motor plant (demonstration)",
            "address": "Plot D-00, Demonstration Industrial Area, Chakan, Pune",
            "city": "Pune",
            "state_code": "27",
            "postcode": "410501",
            "gstin": MOTORS_GSTIN + identifiers.gstin_check_character(MOTORS_GSTIN),
        }
    ],
    "drives": [
        {
            "name": "Peenya assembly (demonstration)",
            "address": "Shed 00, Demonstration Industrial Estate, Peenya, Bengaluru",
            "city": "Bengaluru",
            "state_code": "29",
            "postcode": "560058",
        }
    ],
}

# Chinese exporters have no account; certificates name them as parties.
EXPORTERS = {
    "ningbo": {
        "name": "Ningbo Demonstration Magnet Co., Ltd. (demonstration)",
        "name_zh": "宁波示范磁业有限公司（演示）",
        "address": "No. 0, Demonstration Road, Yinzhou District, Ningbo, Zhejiang",
        "address_zh": "浙江省宁波市鄞州区示范路0号",
        "country": "CN",
        "uscc": _uscc("91330212MA000000"),
        "customs_code": "3302960001",
        "phone": "+86 574 0000 0000",
        "email": "export@ningbo-magnet.example",
    },
    "ganzhou": {
        "name": "Ganzhou Demonstration Permanent Magnets Co., Ltd. (demonstration)",
        "name_zh": "赣州示范永磁有限公司（演示）",
        "address": "No. 00, Demonstration Avenue, Zhanggong District, Ganzhou, Jiangxi",
        "address_zh": "江西省赣州市章贡区示范大道00号",
        "country": "CN",
        "uscc": _uscc("91360702MA000001"),
        "customs_code": "3607960002",
        "phone": "+86 797 0000 0000",
        "email": "export@ganzhou-magnet.example",
    },
}

# (e-mail, full name, organisation key, roles, designation); the broker stands twice, once for each importer.
PEOPLE = [
    ("drafter@sahyadri.example", "Asha Kulkarni", "motors", [Role.DRAFTER], "Import Executive"),
    ("signatory@sahyadri.example", "Rohan Deshmukh", "motors", [Role.SIGNATORY], "Director, Supply Chain"),
    ("officer@authority.example", "Meera Nair", "authority", [Role.OFFICER], "Compliance Officer"),
    ("second-officer@authority.example", "Imran Sheikh", "authority", [Role.OFFICER], "Compliance Officer"),
    ("senior@authority.example", "Vikram Rathore", "authority", [Role.SENIOR], "Senior Officer"),
    ("auditor@authority.example", "Leela Bose", "authority", [Role.AUDITOR], "Auditor"),
    ("analyst@ministry.example", "Nikhil Verma", "ministry", [Role.ANALYST], "Analyst"),
    ("drafter@kaveri.example", "Divya Gowda", "drives", [Role.DRAFTER], "Purchase Engineer"),
    ("signatory@kaveri.example", "Suresh Iyengar", "drives", [Role.SIGNATORY], "Designated Partner"),
    ("broker@clearing.example", "Farah Contractor", "motors", [Role.DRAFTER], "Customs Broker"),
    ("broker@clearing.example", "Farah Contractor", "drives", [Role.DRAFTER], "Customs Broker"),
    ("administrator@platform.example", "Joseph Mathew", "platform", [Role.ADMINISTRATOR], "Administrator"),
]

AUTHORITIES = {
    "signatory@sahyadri.example": "Board resolution DEMO-12/2026 of 01-10-2026",
    "signatory@kaveri.example": "Partners' resolution DEMO-03/2026 of 15-09-2026",
    "officer@authority.example": "Office order DEMO-7/2026",
    "second-officer@authority.example": "Office order DEMO-7/2026",
    "senior@authority.example": "Office order DEMO-2/2026",
}

WHAT_THEY_DO = {
    Role.DRAFTER: _("Drafts certificates and undertakings and adds the evidence."),
    Role.SIGNATORY: _("Reads the document as it will print, signs and submits it."),
    Role.OFFICER: _("Reviews what was submitted, returns it with comments or approves it."),
    Role.SENIOR: _("Issues as the second person, and revokes."),
    Role.AUDITOR: _("Reads everything and checks the history."),
    Role.ANALYST: _("Looks at figures and lists; changes nothing."),
    Role.ADMINISTRATOR: _("Keeps organisations and people."),
}
BROKER_DOES = _("Drafts for two importers, one at a time: choose whom to act for.")


@dataclass(frozen=True)
class Card:
    """One demonstration person as the first page shows them."""

    email: str
    full_name: str
    designation: str
    organisation: str
    does: str


def cards() -> list[Card]:
    """The demonstration people in the order of the story, each once."""
    found: dict[str, Card] = {}
    for email, full_name, key, roles, designation in PEOPLE:
        organisation = ORGANISATIONS[key]["name"].removesuffix(" (demonstration)")
        does = WHAT_THEY_DO[roles[0]]
        if email in found:
            organisation, does = f"{found[email].organisation}, {organisation}", BROKER_DOES
        found[email] = Card(email, full_name, designation, organisation, does)
    return list(found.values())


@transaction.atomic
def load() -> dict[str, Organisation]:
    """Add what is missing of the invented organisations, sites and people; what somebody changed stays.

    Gives the organisations by key.
    """
    organisations = {key: _organisation(given) for key, given in ORGANISATIONS.items()}
    for key, sites in SITES.items():
        for given in sites:
            rest = {name: value for name, value in given.items() if name != "name"}
            Site.objects.get_or_create(organisation=organisations[key], name=given["name"], defaults=rest)
    for email, full_name, key, roles, designation in PEOPLE:
        _person(email, full_name, organisations[key], roles, designation)
    return organisations


def _organisation(given):
    rest = {**given, "is_demonstration": True}
    kind = rest.pop("kind")
    if kind == Kind.PLATFORM:
        Organisation.objects.filter(pk=Organisation.objects.platform().pk, name="Platform").update(**rest)
        return Organisation.objects.platform()
    organisation, _made = Organisation.objects.get_or_create(kind=kind, name=rest.pop("name"), defaults=rest)
    return organisation


def _person(email, full_name, organisation, roles, designation):
    person, _made = User.objects.get_or_create(
        email=email, defaults={"full_name": full_name, "password": "!"}
    )
    EmailAddress.objects.get_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
    for role in roles:
        Membership.objects.get_or_create(
            person=person,
            organisation=organisation,
            role=role,
            defaults={
                "designation": designation,
                "authority_reference": AUTHORITIES.get(email, ""),
                "is_active": True,
            },
        )
