"""Keys, fonts and folders of their own for the documents' tests."""

import pytest


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
