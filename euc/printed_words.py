"""The fixed words of the printed certificate in English and Chinese.

They are no interface text: an issued paper says the same whatever language the reader's screen speaks.
Chinese terms follow the Export Control Law and the Regulations on Export Control of Dual-Use Items.
"""

from typing import NamedTuple

from babel import Locale


class Words(NamedTuple):
    """One expression in both languages of the certificate."""

    en: str
    zh: str


ROLES = {
    "exporter": Words("Exporter", "出口经营者"),
    "importer": Words("Importer", "进口商"),
    "consignee": Words("Consignee", "收货人"),
    "end_user": Words("End user", "最终用户"),
}

FAMILIES = {
    "NDFEB_SINTERED": Words("Sintered NdFeB permanent magnet", "烧结钕铁硼永磁材料"),
    "NDFEB_BONDED": Words("Bonded NdFeB permanent magnet", "粘结钕铁硼永磁材料"),
    "SMCO": Words("SmCo permanent magnet", "钐钴永磁材料"),
    "FERRITE": Words("Ferrite permanent magnet", "永磁铁氧体"),
    "ALNICO": Words("AlNiCo permanent magnet", "铝镍钴永磁材料"),
    "OTHER": Words("Other permanent magnet", "其他永磁材料"),
}

# A loose magnet is what the family names already.
FORMS = {
    "POWDER": Words("powder", "粉末"),
    "ROTOR_ASSEMBLY": Words("in a rotor or stator assembly", "转子或定子组件"),
    "MOULDED_SENSOR": Words("in a moulded sensor", "注塑成型传感器"),
    "FINISHED_GOOD": Words("in a finished good", "制成品"),
}

SECTORS = {
    "EV_TWO_WHEELER": Words("Electric two- and three-wheelers", "电动两轮车和三轮车"),
    "EV_CAR": Words("Electric and hybrid cars", "电动及混合动力乘用车"),
    "EV_BUS": Words("Electric buses and trucks", "电动客车和卡车"),
    "AUTO_PARTS": Words("Automotive components", "汽车零部件"),
    "AUDIO": Words("Audio and wearables", "音频及可穿戴设备"),
    "WIND": Words("Wind power", "风力发电"),
    "WHITE_GOODS": Words("White goods and fans", "家用电器及风扇"),
    "INDUSTRIAL": Words("Industrial motors and automation", "工业电机及自动化"),
    "MEDICAL": Words("Medical devices", "医疗器械"),
    "OTHER": Words("Other civil use", "其他民用用途"),
}

EVIDENCE = {
    "COMPOSITION_REPORT": Words("Composition report", "成分检测报告"),
    "BOARD_RESOLUTION": Words("Board resolution", "董事会决议"),
    "PRODUCTION_PHOTOGRAPHS": Words("Production photographs", "生产现场照片"),
    "PRODUCT_DRAWING": Words("Drawing of the magnet in the product", "磁体在产品中位置的图纸"),
    "COMPANY_PROFILE": Words("Company profile", "公司简介"),
    "TRADE_HISTORY": Words("Trade history", "历史交易记录"),
    "CONTRACT": Words("Contract or purchase order", "合同或订单"),
    "OTHER": Words("Other", "其他"),
}

# Countries most certificates name, as the treaties name them; Babel knows the others by their short names.
COUNTRIES = {
    "CN": Words("People's Republic of China", "中华人民共和国"),
    "IN": Words("Republic of India", "印度共和国"),
    "HK": Words("Hong Kong, China", "中国香港"),
    "JP": Words("Japan", "日本"),
    "KR": Words("Republic of Korea", "大韩民国"),
    "SG": Words("Singapore", "新加坡"),
    "DE": Words("Germany", "德国"),
    "VN": Words("Viet Nam", "越南"),
    "TH": Words("Thailand", "泰国"),
    "MY": Words("Malaysia", "马来西亚"),
    "US": Words("United States of America", "美利坚合众国"),
}

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def country(code: str) -> Words:
    """The name of a country from its ISO 3166 code; an unknown code stands for itself."""
    names = (Locale(language).territories.get(code, code) for language in ("en", "zh"))
    return COUNTRIES.get(code) or Words(*names)


def of(words: dict[str, Words], code: str, otherwise: str = "") -> Words:
    """The words of `code`, or `otherwise` (else the code itself) in both languages."""
    plain = otherwise or code
    return words.get(code, Words(plain, plain))


def goods(family: str, form: str) -> Words:
    """What kind of goods a line holds: the magnet family, and its form where that is not a loose magnet."""
    kind, shape = of(FAMILIES, family), FORMS.get(form)
    return Words(f"{kind.en}, {shape.en}", f"{kind.zh}（{shape.zh}）") if shape else kind
