"""What the machine must have for these tests; where it lacks something, CI fails and others are told."""

import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def program(*names: str, package: str) -> str:
    """The path of the first of these programs that is installed; ends the test when none is."""
    if found := next(filter(None, map(shutil.which, names)), None):
        return found
    end = pytest.fail if os.environ.get("CI", "").lower() in {"1", "true", "yes"} else pytest.skip
    return end(f"NOT RUN: there is no {names[0]} on this machine (apt-get install {package})")


def chromium() -> str:
    return os.environ.get("CHROMIUM") or program(*CHROMIUM, package="chromium")
