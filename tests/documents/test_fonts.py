"""Our fonts and nothing else: what they can print, and what happens when they are gone."""

import os

import pytest

from documents import fonts


class TestUnprintable:
    @pytest.mark.parametrize(
        "text",
        [
            "Magnet grade N42UH, ±0.05 mm ≤ 15 µm",
            "钕铁硼 镝 铽 钐 钆 镥 钪 钇 钬，（示例）",
            "प्रमाणपत्र ₹",
            "垚㐂",
            "a\u200db\u00a0c\n",
        ],
    )
    def test_finds_nothing_in_text_of_the_trade(self, text):
        assert fonts.unprintable(text) == []

    def test_names_each_missing_character_once(self):
        assert fonts.unprintable("a𠮷b🧲c𠮷") == ["𠮷", "🧲"]

    def test_agrees_with_the_full_library(self):
        from fontTools.ttLib import TTFont

        known = set()
        for family in fonts.FAMILIES:
            files = [path for path in fonts.paths() if path.name.startswith(f"{family}-")]
            regular, bold = (set(TTFont(path, lazy=True).getBestCmap()) for path in files)
            known |= regular & bold
        covered = fonts.coverage()
        assert {point for point in range(len(covered)) if covered[point]} == known


class TestPaths:
    def test_refuses_when_a_font_is_absent(self, settings, tmp_path):
        settings.FONTS_DIR = tmp_path
        with pytest.raises(fonts.FontsMissing, match="NotoSansSC-Bold"):
            fonts.paths()


class TestPrivateFontconfig:
    def test_leaves_the_environment_as_it_was(self):
        before = dict(os.environ)
        with fonts.private_fontconfig():
            assert os.environ["FONTCONFIG_FILE"].endswith("fonts.conf")
        assert dict(os.environ) == before
