"""What the people of the story type and upload, and how a paper is looked at."""

import io
import subprocess
import zipfile
from pathlib import Path

from euc.demonstration import picture
from tests.journeys import machine

EXPORTER = {
    "exporter__name": "Ningbo Demonstration Magnet Co., Ltd. (demonstration)",
    "exporter__name_zh": "宁波示范磁业有限公司（演示）",
    "exporter__address": "No. 0, Demonstration Road, Yinzhou District, Ningbo, Zhejiang",
    "exporter__address_zh": "浙江省宁波市鄞州区示范路0号",
    "exporter__country": "CN",
    "exporter__phone": "+86 574 0000 0000",
}
LINE = {
    "description": "Sintered NdFeB magnet, arc segment, for hub motor rotor",
    "description_zh": "烧结钕铁硼磁体，弧形，用于轮毂电机转子",
    "family": "NDFEB_SINTERED",
    "grade": "N42UH",
    "nd": "27.5",
    "pr": "1.2",
    "dy": "2.5",
    "tb": "0.3",
    "laboratory": "Demonstration Materials Laboratory",
    "method": "ICP-OES",
    "report_number": "DML-2026-0417",
    "itc_hs": "85051190",
    "cn_hs": "8505111000",
    "control_codes": "1C904.a, 1C905.a",
    "net_weight_mg": "1,200.000",
    "pieces": "110000",
    "value": "84000.00",
    "currency": "USD",
}
END_USE = {
    "sector": "EV_TWO_WHEELER",
    "oem": "Sahyadri EV Motors Private Limited (demonstration)",
    "product": "Hub motor for an electric scooter",
    "model": "HM-3 (demonstration)",
    "position": "Inner face of the rotor drum",
    "magnet_per_unit_mg": "0.950",
    "units_per_year": "24000",
    "purpose": "Rotor magnets of the hub motor HM-3, built at Chakan into one named maker's electric scooter.",
    "purpose_zh": "用于在恰坎工厂生产的HM-3型轮毂电机转子，供应印度市场。",
    "is_civil": "yes",
    "plant_name": "Chakan motor plant (demonstration)",
    "plant_address": "Plot D-00, Demonstration Industrial Area, Chakan, Pune",
    "destination_market": "India",
}
COMPOSITION_REPORT = {
    "name": "composition-report.png",
    "content": picture("DEMONSTRATION"),
    "media_type": "image/png",
}
BOARD_RESOLUTION = {
    "name": "board-resolution.png",
    "content": picture("DEMONSTRATION"),
    "media_type": "image/png",
}


def decoded_qr(pdf: bytes, folder: Path) -> str:
    """What a telephone reads from the printed page."""
    import cv2

    file = folder / "scan.pdf"
    file.write_bytes(pdf)
    subprocess.run(
        [machine.program("pdftoppm", package="poppler-utils"), "-r", "200", "-png", file, folder / "page"],
        check=True,
    )
    texts = (
        cv2.QRCodeDetector().detectAndDecode(cv2.imread(str(page)))[0]
        for page in sorted(folder.glob("page*.png"))
    )
    return next(filter(None, texts), "")


def with_one_byte_changed(pdf: bytes) -> bytes:
    middle = len(pdf) // 2
    return pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]


def unpacked(content: bytes, folder: Path) -> Path:
    """A dossier's ZIP unpacked into a folder, once `sha256sum` has found every file as listed and none besides."""
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    command = [machine.program("sha256sum", package="coreutils"), "--strict", "-c", "SHA256SUMS"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stdout + told.stderr
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {line.rpartition(": ")[0] for line in told.stdout.splitlines()} | {"SHA256SUMS"}
    return folder
