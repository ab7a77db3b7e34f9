"""The compose file and the lock files hold together without a Docker engine to ask."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
APP = {"migrate", "web", "worker", "beat"}


class TestCompose:
    def test_has_the_parts_of_the_product(self):
        assert set(SERVICES) == APP | {"clamav", "postgres", "redis", "nginx"}

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_waits_only_for_services_it_has(self, name):
        assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
    def test_watches_the_health_of(self, name):
        assert SERVICES[name]["healthcheck"]["test"]

    @pytest.mark.parametrize("name", sorted(APP))
    def test_gives_no_more_rights_than_needed_to(self, name):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]

    def test_shows_the_key_of_the_asp_to_the_web_server_only(self):
        holders = {name for name in SERVICES if "/run/keys/esign" in json.dumps(SERVICES[name])}
        assert holders == {"web"}

    def test_shows_the_sealing_key_to_the_worker_only(self):
        holders = {name for name in SERVICES if "/run/keys/seal" in json.dumps(SERVICES[name])}
        assert holders == {"worker"}

    def test_publishes_only_the_proxy(self):
        assert {name for name in SERVICES if SERVICES[name].get("ports")} == {"nginx"}

    def test_declares_every_volume(self):
        named = {
            volume.split(":")[0]
            for service in SERVICES.values()
            for volume in service.get("volumes", [])
            if not volume.startswith((".", "$", "/"))
        }
        assert named == set(COMPOSE["volumes"])

    def test_starts_parts_the_image_knows(self):
        entrypoint = (ROOT / "deploy" / "entrypoint").read_text()
        for name in APP:
            (part,) = SERVICES[name]["command"]
            assert f"\n{part})\n" in entrypoint


class TestImage:
    def test_runs_as_an_unprivileged_user(self):
        lines = (ROOT / "Dockerfile").read_text().splitlines()
        assert [line for line in lines if line.startswith("USER ")] == ["USER euc"]


class TestLockFiles:
    def test_name_no_registry(self):
        lock = (ROOT / "frontend" / "package-lock.json").read_text()
        assert '"resolved"' not in lock

    @pytest.mark.parametrize(
        "name",
        ["requirements.txt", *(f"requirements/{name}.txt" for name in ("test", "hsm", "assets"))],
    )
    def test_hash_every_package(self, name):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://", text)
        for block in re.split(r"\n(?=[a-zA-Z])", text):
            if "==" in block.split("\n")[0]:
                assert "--hash=sha256:" in block, block.split("\n")[0]

    def test_pin_every_asset_exactly(self):
        wanted = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
        assert wanted["htmx.org"].startswith("2.")


class TestExtras:
    """Older pips refuse a lock that pins a package without an extra another one asks for, once a newer exists."""

    @pytest.mark.parametrize("name", ["requirements.txt", "requirements/test.txt"])
    def test_are_pinned_with_the_package(self, name):
        pins = re.findall(r"^([a-z0-9.-]+)(?:\[([a-z0-9,_-]+)\])?==", (ROOT / name).read_text(), re.MULTILINE)
        pinned = {package: set(extras.split(",")) for package, extras in pins}
        for package in pinned:
            for wanted in map(Requirement, metadata.requires(package) or []):
                if wanted.extras and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                    assert wanted.extras <= pinned[canonicalize_name(wanted.name)], f"{package}: {wanted}"
