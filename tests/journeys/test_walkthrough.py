"""The story through the commands, and what independent programs say of the file that comes out."""

import json
import subprocess

import pytest

from tests.journeys import machine, papers


@pytest.fixture(scope="module")
def written(product, tmp_path_factory):
    """The folder with what `walkthrough` wrote, while a worker may well be quicker than the command."""
    out = tmp_path_factory.mktemp("written")
    done = product.manage("walkthrough", "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("Asha Kulkarni", "Rohan Deshmukh", "Meera Nair", "Vikram Rathore"):
        assert name in done.stdout
    return out


def answer_of(product, file) -> tuple[int, dict]:
    done = product.manage("verify_pdf", str(file))
    return done.returncode, json.loads(done.stdout)


class TestWalkthrough:
    def test_writes_a_genuine_file_in_force(self, product, written):
        status, answer = answer_of(product, written / "certificate.pdf")
        assert status == 0
        assert (answer["registered"], answer["in_force"], answer["status"]) == (True, True, "ISSUED")
        (seal,) = answer["signatures"]
        assert all(seal[said] for said in ("intact", "valid", "trusted", "whole_file", "unchanged"))

    def test_is_betrayed_by_one_changed_byte(self, product, written, tmp_path):
        changed = tmp_path / "changed.pdf"
        changed.write_bytes(papers.with_one_byte_changed((written / "certificate.pdf").read_bytes()))
        status, answer = answer_of(product, changed)
        assert status != 0
        assert answer["registered"] is False

    def test_says_the_same_to_machines(self, written):
        data = json.loads((written / "certificate.json").read_text())
        assert data["issue"]["verify_url"] == (written / "verify-url.txt").read_text().strip()
        assert data["content"]["revision"] == 2

    def test_makes_a_new_certificate_each_time(self, product, written, tmp_path):
        done = product.manage("walkthrough", "--out", str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        urls = {(folder / "verify-url.txt").read_text() for folder in (written, tmp_path)}
        assert len(urls) == 2

    def test_leaves_a_whole_history(self, product, written):
        done = product.manage("verify_audit")
        assert done.returncode == 0, done.stdout + done.stderr


class TestIndependentPrograms:
    def test_poppler_calls_the_signature_valid_over_the_whole_file(self, written):
        said = run("pdfsig", "-nocert", written / "certificate.pdf")
        assert "Signature is Valid" in said
        assert "Total document signed" in said

    def test_poppler_reads_both_languages_back(self, written):
        text = run("pdftotext", "-layout", written / "certificate.pdf", "-")
        for words in (
            "End-User and End-Use Certificate",
            "最终用户和最终用途证明",
            "Ningbo Demonstration Magnet",
            "宁波示范磁业有限公司",
        ):
            assert words in text

    def test_a_camera_reads_the_address(self, written, tmp_path):
        read = papers.decoded_qr((written / "certificate.pdf").read_bytes(), tmp_path)
        assert read == (written / "verify-url.txt").read_text().strip()


def run(name: str, *arguments) -> str:
    program = machine.program(name, package="poppler-utils")
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
