"""Invented certificates to print, seal and check. Every name and number here is demonstration."""

import copy
from io import BytesIO

from PIL import Image

VERIFY_URL = "http://localhost:8000/v/DEMO2Zk7rXq9vT4bN8mW3hYpL6sJcD1a/"

PARTIES = {
    "exporter": {
        "name": "Demo Ningbo Magnetics Co., Ltd.",
        "name_zh": "宁波示例磁材有限公司（演示）",
        "name_hi": "",
        "address": "88 Demonstration Road, Yinzhou District, Ningbo, Zhejiang 315100",
        "address_zh": "浙江省宁波市鄞州区示例路88号，邮编315100",
        "country": "CN",
        "identifiers": {"USCC": "91330212MA00000000"},
        "phone": "+86 574 0000 0000",
        "email": "export@ningbo-magnetics.example",
        "website": "",
    },
    "importer": {
        "name": "Demo Saarthi E-Drives Private Limited",
        "name_zh": "示例萨尔蒂电驱动私人有限公司（演示）",
        "name_hi": "डेमो सारथी ई-ड्राइव्स प्राइवेट लिमिटेड",
        "address": "Plot 14, Demonstration Industrial Area, Hosur Road, Bengaluru, Karnataka 560100",
        "address_zh": "印度卡纳塔克邦班加罗尔霍苏尔路示例工业区14号，邮编560100",
        "country": "IN",
        "identifiers": {"IEC": "0388000001", "GSTIN": "29AAACD0000A1Z5", "CIN": "U31100KA2015PTC000000"},
        "phone": "+91 80 0000 0000",
        "email": "trade@saarthi-drives.example",
        "website": "saarthi-drives.example",
    },
}
PARTIES["consignee"] = copy.deepcopy(PARTIES["importer"])
PARTIES["end_user"] = copy.deepcopy(PARTIES["importer"])

CLAUSES = [
    {
        "code": "DECLARED_USE",
        "version": 1,
        "en": "Without the permission of the Chinese Government, the goods will not be used for any "
        "purpose other "
        "than the end use declared in this certificate.",
        "zh": "未经中国政府允许，我方不将进口的两用物项用于所申明的最终用途以外的其他用途。",
        "hi": "चीन सरकार की अनुमति के बिना, माल का उपयोग इस प्रमाणपत्र में घोषित अंतिम उपयोग "
        "के अलावा किसी अन्य प्रयोजन के लिए नहीं किया जाएगा।",
        "basis": "Regulations on Export Control of Dual-Use Items, art. 24",
    },
    {
        "code": "NO_TRANSFER",
        "version": 1,
        "en": "Without the permission of the Chinese Government, the goods will not be transferred, "
        "and in particular "
        "not re-exported, to any third party other than the end user declared in this certificate.",
        "zh": "未经中国政府允许，我方不将进口的两用物项向所申明的最终用户以外的任何第三方转让（包括再出口）。",
        "hi": "चीन सरकार की अनुमति के बिना, माल घोषित अंतिम उपयोगकर्ता के अलावा किसी तीसरे "
        "पक्ष को हस्तांतरित या पुनः निर्यात नहीं किया जाएगा।",
        "basis": "Regulations on Export Control of Dual-Use Items, art. 24",
    },
    {
        "code": "NO_WMD",
        "version": 1,
        "en": "The goods will not be used to store, process, produce or handle weapons of mass "
        "destruction or their "
        "delivery systems.",
        "zh": "我方不将进口的两用物项用于储存、加工、生产、处理大规模杀伤性武器及其运载工具。",
        "hi": "माल का उपयोग सामूहिक विनाश के हथियारों या उनकी वितरण प्रणालियों के भंडारण, "
        "प्रसंस्करण, उत्पादन या संचालन के लिए नहीं किया जाएगा।",
        "basis": "Export Control Law, art. 12",
    },
    {
        "code": "NO_MILITARY",
        "version": 1,
        "en": "The goods will not be used for military purposes and will not be supplied to military users.",
        "zh": "我方不将进口的两用物项用于军事目的，不提供给军事用户。",
        "hi": "माल का उपयोग सैन्य प्रयोजनों के लिए नहीं किया जाएगा और सैन्य उपयोगकर्ताओं को नहीं दिया जाएगा।",
        "basis": "Announcement No. 46 of 2024",
    },
    {
        "code": "VERIFICATION",
        "version": 1,
        "en": "We accept and will cooperate with end-use verification, and will report any change "
        "of end user or end "
        "use without delay.",
        "zh": "我方接受并配合最终用途核查；最终用户或最终用途如有变化，将及时报告。",
        "hi": "हम अंतिम उपयोग के सत्यापन को स्वीकार करते हैं और उसमें सहयोग करेंगे; किसी भी परिवर्तन की सूचना तुरंत देंगे।",
        "basis": "Regulations on Export Control of Dual-Use Items, arts. 25, 26",
    },
]


def goods_line(number: int) -> dict:
    """One invented goods line; every third is samarium-cobalt and weighs to the milligram."""
    cobalt = number % 3 == 0
    return {
        "line": number,
        "description": f"{'Samarium-cobalt' if cobalt else 'Sintered NdFeB'} arc segment magnet, "
        f"rotor pole {number}, magnetised after assembly",
        "description_zh": f"{'钐钴' if cobalt else '烧结钕铁硼'}瓦形永磁体，转子磁极{number}号，装配后充磁",
        "family": "SMCO" if cobalt else "NDFEB_SINTERED",
        "grade": "YXG-28H" if cobalt else "N42UH",
        "dimensions": f"R{28 + number} × r{22 + number} × 36 mm",
        "coating": "none" if cobalt else "Ni-Cu-Ni 15 µm",
        "composition": {"Sm": "26.10", "Co": "49.5", "Fe": "15.2"}
        if cobalt
        else {"Nd": "27.5", "Pr": "1.2", "Dy": "2.5", "Tb": "0.4"},
        "laboratory": "Demo Metals Laboratory, Bengaluru",
        "method": "ICP-OES",
        "report_number": f"DML/2026/{1040 + number}",
        "itc_hs": "85051190",
        "cn_hs": "8505111000",
        "control_codes": "1C902.a" if cobalt else "1C904.a, 1C905.a",
        "net_weight_mg": 1_200_000_000 + number * (1_000_001 if cobalt else 2_500_000),
        "pieces": 24_000 + number,
        "value": f"{84_000 + number * 125}.00",
        "currency": "USD",
    }


def content(*, lines: int = 2, demonstration: bool = True, **changes) -> dict:
    """The content of a submitted revision with `lines` goods lines; `changes` replace top-level parts."""
    return {
        "schema": "euc-certificate/1",
        "reference": "EUC/0388000001/2026-27/0001",
        "revision": 2,
        "template": "CN-MOFCOM/1",
        "demonstration": demonstration,
        "parties": copy.deepcopy(PARTIES),
        "order": {"number": "PO-DEMO-2026-0417", "date": "2026-11-02", "contract_number": "DEMO-NB-26-088"},
        "goods": [goods_line(number) for number in range(1, lines + 1)],
        "end_use": {
            "sector": "EV_TWO_WHEELER",
            "sector_label": "Electric two-wheelers",
            "product": "Interior permanent magnet traction motor, 4 kW",
            "model": "SD-IPM-4000",
            "oem": "Demo Vahana Scooters Limited, Hosur",
            "plant_name": "Saarthi Motor Plant 2 (demonstration)",
            "plant_address": "Plot 14, Demonstration Industrial Area, Hosur Road, Bengaluru, "
            "Karnataka 560100, India",
            "position": "Embedded in the eight pole slots of the rotor core, two segments to a pole",
            "purpose": "Rotor magnets of the 4 kW interior permanent magnet traction motor "
            "SD-IPM-4000, assembled at "
            "the plant named here and fitted in the electric scooter Vahana E1 made by Demo Vahana "
            "Scooters Limited "
            "in Hosur, India, for sale on the Indian market.",
            "purpose_zh": "用于在上述工厂装配的4千瓦内置式永磁牵引电机SD-IPM-4000的转子磁体，"
            "该电机安装于Demo Vahana Scooters Limited在印度霍苏尔制造的Vahana E1电动踏板车，在印度市场销售。",
            "magnet_per_unit_mg": 950_000,
            "units_per_year": 24_000,
            "destination_market": "India",
        },
        "undertakings": [{"reference": "NRU/0388000001/2026-27/0001", "clauses": copy.deepcopy(CLAUSES)}],
        "evidence": [
            {
                "kind": "COMPOSITION_REPORT",
                "kind_label": "Composition report",
                "name": "composition-report-1041.pdf",
                "sha256": "3b1f" * 16,
                "size": 214_332,
            },
            {
                "kind": "PRODUCTION_PHOTOGRAPHS",
                "kind_label": "Production photographs",
                "name": "rotor line 2, magnet insertion station.jpg",
                "sha256": "90ac" * 16,
                "size": 1_804_112,
            },
        ],
        "signatory": {
            "name": "Asha Raman (demonstration)",
            "designation": "Director, Supply Chain",
            "authority": "Board resolution BR-12/2026 of 01-10-2026",
            "signed_at": "2026-11-20T06:10:00Z",
        },
        **changes,
    }


def issue(**changes) -> dict:
    """The issue block printed beside the content."""
    return {
        "issued_at": "2026-11-21T07:45:00Z",
        "valid_from": "2026-11-21",
        "valid_until": "2027-11-20",
        "approved_by": {
            "name": "Vikram Sethi (demonstration)",
            "designation": "Compliance Officer",
            "authority": "Demonstration Export Authority",
        },
        "issued_by": {
            "name": "Meera Nair (demonstration)",
            "designation": "Senior Compliance Officer",
            "authority": "Demonstration Export Authority",
        },
        "content_hash": "7c9e6679f0b1d2c3a4958677869504132f3e4d5c6b7a8990a1b2c3d4e5f60718",
        "verify_url": VERIFY_URL,
        **changes,
    }


def png() -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()
