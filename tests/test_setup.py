"""The set-up commands are plain sh, and pins and ranges agree."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("start", "check", "scripts/environment.sh", "scripts/train")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_are_posix_shell(script: str) -> None:
    subprocess.run(["sh", "-n", str(ROOT / script)], check=True)
    if not script.endswith(".sh"):
        assert os.access(ROOT / script, os.X_OK)


def test_every_dependency_is_pinned_within_its_range(project: dict, pins: dict[str, str]) -> None:
    optional = project["project"]["optional-dependencies"].values()
    for text in [*project["project"]["dependencies"], *(text for extra in optional for text in extra)]:
        requirement = Requirement(text)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert name in pins, f"{name} has no pin in constraints.txt"
        assert requirement.specifier.contains(pins[name]), f"{name} {pins[name]} is outside {requirement.specifier}"


def test_pins_are_plain_versions(pins: dict[str, str]) -> None:
    """Neither an address nor a local build such as 2.13.0+cpu, which only some registries have."""
    assert all(re.fullmatch(r"[0-9]+(\.[0-9a-z]+)*", version) for version in pins.values())


def test_every_entry_point_names_a_module_that_exists(project: dict) -> None:
    groups = [project["project"]["scripts"], *project["project"]["entry-points"].values()]
    for target in (target for group in groups for target in group.values()):
        module = ROOT / (target.split(":")[0].replace(".", "/") + ".py")
        assert module.is_file(), target


def test_a_missing_song_is_named_before_anything_is_installed(tmp_path: Path) -> None:
    done = subprocess.run([str(ROOT / "start"), str(tmp_path / "none.wav")], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("instructme: error: ") and done.stderr.count("\n") == 1
