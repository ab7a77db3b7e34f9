"""Invented requests that the OpenAPI schema and docs/api.md show; tests send each of them."""

from typing import Any

LINE: dict[str, Any] = {
    "description": "Sintered NdFeB magnet, arc segment, for hub motor rotor",
    "description_zh": "烧结钕铁硼磁体，弧形，用于轮毂电机转子",
    "family": "NDFEB_SINTERED",
    "grade": "N42UH",
    "dimensions": "32 x 14 x 3.2 mm, R 68",
    "coating": "Epoxy",
    "nd": "27.5",
    "pr": "1.2",
    "dy": "2.5",
    "tb": "0.3",
    "sm": "0",
    "gd": "0",
    "ho": "0",
    "y": "0",
    "laboratory": "Example Materials Laboratory",
    "method": "ICP-OES",
    "report_number": "EML-2026-0417",
    "itc_hs": "85051190",
    "cn_hs": "8505111000",
    "control_codes": "1C904.a, 1C905.a",
    "net_weight_mg": 1_200_000_000,
    "pieces": 110_000,
    "value": "84000.00",
    "currency": "USD",
}
LINE_CHANGE = {"net_weight_mg": 1_150_000_000, "value": "80500.00"}
EXPORTER = {
    "name": "Ningbo Example Magnetics Co., Ltd.",
    "name_zh": "宁波示例磁业有限公司",
    "address": "No. 8 Example Road, Beilun District, Ningbo, Zhejiang",
    "address_zh": "浙江省宁波市北仑区示例路8号",
    "country": "CN",
}
END_USE: dict[str, Any] = {
    "sector": "EV_TWO_WHEELER",
    "product": "Hub motor HM-3",
    "model": "HM-3",
    "oem": "Example Scooters Limited",
    "position": "Rotor of the hub motor",
    "purpose": "Rotor magnets of the hub motor HM-3 for the electric scooter ES-1 of Example Scooters Limited",
    "magnet_per_unit_mg": 950_000,
    "units_per_year": 24_000,
    "is_civil": True,
    "plant_name": "Pune plant",
    "destination_market": "India",
}
ORDER = {"po_number": "PO-2026-0117", "po_date": "2026-10-05"}
DRAFT = {"parties": {"exporter": EXPORTER}, "order": ORDER, "goods": [LINE], "end_use": END_USE}
CHANGE = {"order": {"contract_number": "NB-7731"}, "undertakings": {"clauses": ["NO_WMD"]}}
