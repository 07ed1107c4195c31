"""A model folder is either what its manifest says, or refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.bundle import FORMAT, MANIFEST, Bundle, list_bundles
from engine.errors import UserError
from engine.models.build import build_part
from tests.conftest import TINY


@pytest.fixture
def folder(tiny_bundle: Bundle, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle.folder, tmp_path / "model"))


def change(folder: Path, act: Callable[[dict], None]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    act(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_what_was_written_is_read_back(tiny_bundle: Bundle) -> None:
    bundle = Bundle.load(tiny_bundle.folder)
    assert bundle.configuration == TINY
    assert bundle.vocabulary == tiny_bundle.vocabulary
    assert bundle.parts == TINY.parts
    assert bundle.metrics == {"remove": {"si_sdr": 1.25}}
    assert bundle.manifest["provenance"] == {"made by": "tests"}


@pytest.mark.parametrize("name", TINY.parts)
def test_a_part_is_ready_to_use(tiny_bundle: Bundle, name: str) -> None:
    network = tiny_bundle.part(name)
    assert not network.training
    assert all(value.dtype == torch.float32 for value in network.parameters())
    again = tiny_bundle.part(name).state_dict()
    assert all(torch.equal(value, again[key]) for key, value in network.state_dict().items())


def test_weights_survive_as_float16(tiny_bundle: Bundle, tmp_path: Path) -> None:
    network = build_part("renderer", TINY, tiny_bundle.vocabulary)
    written = Bundle.write(tmp_path / "one", TINY, tiny_bundle.vocabulary, {"renderer": network}, {}, {})
    read = written.part("renderer").state_dict()
    for key, value in network.state_dict().items():
        torch.testing.assert_close(read[key], value.half().float())


def test_writing_again_replaces_the_bundle(tiny_bundle: Bundle, tmp_path: Path) -> None:
    network = build_part("embedding", TINY, tiny_bundle.vocabulary)
    for version in ("1", "2"):
        Bundle.write(tmp_path / "m", TINY, tiny_bundle.vocabulary, {"embedding": network}, {}, {}, version=version)
    assert Bundle.load(tmp_path / "m").version == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_part_that_was_not_trained_is_named(tiny_bundle: Bundle, tmp_path: Path) -> None:
    bundle = Bundle.write(tmp_path / "empty", TINY, tiny_bundle.vocabulary, {}, {}, {})
    with pytest.raises(UserError, match="has no unet"):
        bundle.part("unet")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no model folder"):
        Bundle.load(tmp_path / "nowhere")


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no model\.json"):
        Bundle.load(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "one"}', '{"format": 1}', '{"format": 1, "files": 3}']
)
def test_a_damaged_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    with pytest.raises(UserError, match="damaged"):
        Bundle.load(folder)


def test_a_newer_format_asks_for_an_update(folder: Path) -> None:
    change(folder, lambda manifest: manifest.update(format=FORMAT + 1))
    with pytest.raises(UserError, match="newer InstructME.*update"):
        Bundle.load(folder)


@pytest.mark.parametrize(
    ("number", "outdated"),
    [
        (1, {"renderer": {"fft_size": 2048, "hop": 480, "width": 384, "blocks": 8}}),
        (2, {"listener": {"width": 192, "blocks": 8}}),
        (1, {"renderer": {"width": 384}, "listener": {"width": 192, "blocks": 8}}),
        (3, {}),
    ],
)
def test_a_model_of_an_older_format_is_read_without_what_has_changed(
    folder: Path, number: int, outdated: dict[str, Any]
) -> None:
    def as_it_was(manifest: dict[str, Any]) -> None:
        manifest["format"] = number
        manifest["configuration"].update(outdated)

    parts = set(Bundle.load(folder).parts)
    change(folder, as_it_was)
    bundle = Bundle.load(folder)
    assert set(bundle.parts) == parts - set(outdated)
    assert sum(weight.numel() for weight in bundle.part("unet").parameters()) > 0
    for name in outdated:
        with pytest.raises(UserError, match="older InstructME.*get the model again"):
            bundle.part(name)


def test_a_configuration_with_an_unknown_key_is_refused(folder: Path) -> None:
    change(folder, lambda manifest: manifest["configuration"]["unet"].update(wings=2))
    with pytest.raises(UserError, match="damaged.*wings"):
        Bundle.load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "unet.safetensors").unlink()
    with pytest.raises(UserError, match=r"lacks its file unet\.safetensors"):
        Bundle.load(folder)


def test_a_changed_file_is_refused_by_its_hash(folder: Path) -> None:
    path = folder / "listener.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="hash is wrong"):
        Bundle.load(folder)
    Bundle.load(folder, verify=False)


def test_a_cut_file_is_refused_even_unverified(folder: Path) -> None:
    path = folder / "listener.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match="size is wrong"):
        Bundle.load(folder, verify=False)


def test_a_file_outside_the_folder_is_refused(folder: Path) -> None:
    change(folder, lambda manifest: manifest["files"].update({"../evil": {"sha256": "", "bytes": 0}}))
    with pytest.raises(UserError, match="outside its folder"):
        Bundle.load(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    change(folder, lambda manifest: manifest["configuration"]["listener"].update(width=32))
    with pytest.raises(UserError, match="does not hold the listener"):
        Bundle.load(folder).part("listener")


def test_bundles_are_listed_by_name(tiny_bundle: Bundle, folder: Path) -> None:
    assert list_bundles(folder.parent) == (folder,)
    assert list_bundles(folder) == (folder,)
