"""A model as a folder: model.json and one safetensors file per part.

model.json names the configuration from which the networks are built, the vocabulary that they have
learnt, a hash of every file, and where the model comes from. Reading it is cheap and torch-free;
a part's weights are read when the part is first asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.models.configuration import ModelConfiguration, outdated_parts, without_outdated
from engine.resources import MODELS
from engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch
    from torch import nn

    from engine.models.text import TextEncoder

FORMAT = 4
"""Of model.json. A bundle with a higher one was made by a newer InstructME; one with a lower one is upgraded as it is
read. 2: the renderer is a U-Net over bands. 3: so is the listener, over keys. 4: a tagger may be among
the parts."""

MANIFEST = "model.json"
PARTS = ("autoencoder", "unet", "listener", "tagger", "renderer", "embedding", "synthesizer")
"""All that there are; ModelConfiguration.parts says which a model has."""

_REINSTALL = "get the model again, or name another one with --model"
_LARGEST_HALF = 65504.0


@dataclass(frozen=True)
class Bundle:
    """A model on disk. `manifest` is model.json as it was read."""

    configuration: ModelConfiguration
    vocabulary: Vocabulary
    manifest: Mapping[str, Any]
    folder: Path

    @classmethod
    def load(cls, folder: Path | str, verify: bool = True) -> Bundle:
        """Read the manifest of `folder`; with `verify`, hash every file that it names.

        Raises UserError where the folder or a file is missing, damaged, or newer than this program.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise UserError(f"there is no model folder {folder}", "name a folder that holds a model.json")
        manifest = _read_manifest(folder)
        try:
            configuration = ModelConfiguration.from_json(manifest["configuration"])
            vocabulary = Vocabulary.from_json(manifest["vocabulary"])
            files = {name: (entry["sha256"], entry["bytes"]) for name, entry in manifest["files"].items()}
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UserError(f"{folder / MANIFEST} is damaged ({error})", _REINSTALL) from error
        for name, (_, size) in files.items():
            if Path(name).name != name:
                raise UserError(f"{folder / MANIFEST} names a file outside its folder ({name})", _REINSTALL)
            path = folder / name
            if not path.is_file():
                raise UserError(f"the model {folder} lacks its file {name}", _REINSTALL)
            if path.stat().st_size != size:
                raise UserError(f"{path} is not the file of this model (its size is wrong)", _REINSTALL)
        bundle = cls(configuration, vocabulary, manifest, folder)
        if verify:
            bundle.verify()
        return bundle

    def verify(self) -> None:
        """Hash every file. Raises UserError at the first that is not the one the manifest names."""
        for name, entry in self.manifest["files"].items():
            path = self.folder / name
            try:
                digest = _sha256(path)
            except OSError as error:
                raise UserError(f"{path} cannot be read ({error.strerror})", _REINSTALL) from error
            if digest != entry["sha256"]:
                raise UserError(f"{path} is not the file of this model (its hash is wrong)", _REINSTALL)

    @property
    def name(self) -> str:
        return str(self.manifest.get("name", self.folder.name))

    @property
    def version(self) -> str:
        return str(self.manifest.get("version", ""))

    @property
    def hash(self) -> str:
        """SHA-256 of all that matters to a result: configuration, vocabulary and the hashes of the files. Two models
        with one hash give the same samples."""
        files = {name: entry["sha256"] for name, entry in self.manifest["files"].items()}
        facts = [files, self.manifest["configuration"], self.manifest["vocabulary"]]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @property
    def metrics(self) -> Mapping[str, Any]:
        return self.manifest.get("metrics") or {}

    @property
    def limits(self) -> Mapping[str, str]:
        """Operation -> what a user should know before trusting this model with it."""
        return self.manifest.get("limits") or {}

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that this bundle holds, in the order of PARTS."""
        return tuple(part for part in PARTS if f"{part}.safetensors" in self.manifest["files"])

    def part(self, name: str, device: torch.device | str = "cpu") -> nn.Module:
        """The network `name` (one of PARTS) with its weights: eval mode, float32, no gradients wanted."""
        from engine.models.build import build_part

        weights = self.weights(name)
        network = build_part(name, self.configuration, self.vocabulary)
        try:
            network.load_state_dict(weights)
        except RuntimeError as error:
            raise self._misfit(name) from error
        return network.to(device).eval().requires_grad_(False)

    def weights(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of the part `name` in float32, whatever network they fit. Raises UserError."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        if name not in self.parts:
            if name in self.manifest.get("outdated", ()):
                raise UserError(f"the {name} of {self.folder} was made by an older InstructME", _REINSTALL)
            raise UserError(f"the model {self.folder} has no {name}", "use a model that was trained with all stages")
        try:
            found = load_file(self.folder / f"{name}.safetensors")
        except (SafetensorError, OSError) as error:
            raise self._misfit(name) from error
        return {key: _as_float32(value) for key, value in found.items()}

    def _misfit(self, name: str) -> UserError:
        path = self.folder / f"{name}.safetensors"
        return UserError(f"{path} does not hold the {name} that model.json describes", _REINSTALL)

    def text_encoder(self) -> TextEncoder:
        """The frozen encoder of instructions. A T5 lies in the folder `text` of the bundle."""
        from engine.models.text import build_text_encoder

        folder = self.folder / "text"
        return build_text_encoder(self.configuration.text, folder if folder.is_dir() else None)

    @classmethod
    def write(
        cls,
        folder: Path | str,
        configuration: ModelConfiguration,
        vocabulary: Vocabulary,
        parts: Mapping[str, nn.Module],
        provenance: Mapping[str, Any],
        metrics: Mapping[str, Any] | None = None,
        *,
        limits: Mapping[str, str] | None = None,
        version: str = "1",
        licence: str = "MIT",
    ) -> Bundle:
        """Write a bundle, whole or not at all, in place of any that stood in `folder`.

        Weights are stored as float16. `provenance` says from what data and code the model was made.
        """
        from safetensors.torch import save_file

        if unknown := set(parts) - set(PARTS):
            raise ValueError(f"a bundle has no part {', '.join(sorted(unknown))}")
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            files = {}
            for name, network in parts.items():
                path = fresh / f"{name}.safetensors"
                save_file({key: _as_stored(value) for key, value in network.state_dict().items()}, path)
                files[path.name] = {"sha256": _sha256(path), "bytes": path.stat().st_size}
            manifest = {
                "format": FORMAT,
                "name": configuration.name,
                "version": version,
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "licence": licence,
                "configuration": configuration.to_json(),
                "vocabulary": vocabulary.to_json(),
                "files": files,
                "provenance": dict(provenance),
                "metrics": dict(metrics or {}),
                "limits": dict(limits or {}),
            }
            (fresh / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
            for path in fresh.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
                path.chmod(0o644)
            fresh.chmod(0o755)
            _put_in_place(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return cls.load(folder, verify=False)


def default_bundle() -> Path:
    """The folder of the model that ships with the program."""
    return MODELS / "default"


def list_bundles(folder: Path | None = None) -> tuple[Path, ...]:
    """The model folders inside `folder` (the shipped ones if None), or `folder` itself if it is one."""
    folder = folder or MODELS
    if (folder / MANIFEST).is_file():
        return (folder,)
    return tuple(sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")))


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{folder} is not a model: it has no {MANIFEST}", "name a folder that holds one") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged and cannot be read", _REINSTALL) from error
    number = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(number, int) or number < 1:
        raise UserError(f"{path} is damaged: it names no format", _REINSTALL)
    if number > FORMAT:
        raise UserError(
            f"the model {folder} was made by a newer InstructME (format {number}, this one knows {FORMAT})",
            "update InstructME, or name another model",
        )
    return _upgraded(manifest) if number < FORMAT else manifest


def _upgraded(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest of an older format as one of today's. Where its renderer or listener was another network, nobody can
    read the weights any more: the model is then one without that part, whose others are as good as ever."""
    configuration, files = manifest.get("configuration"), manifest.get("files")
    if not isinstance(configuration, dict) or not isinstance(files, dict):
        return manifest  # damaged, and said to be so by whoever reads on
    outdated = [name for name in outdated_parts(configuration) if f"{name}.safetensors" in files]
    gone = {f"{name}.safetensors" for name in outdated}
    return {
        **manifest,
        "format": FORMAT,
        "configuration": without_outdated(configuration),
        "files": {name: entry for name, entry in files.items() if name not in gone},
        "outdated": outdated,
    }


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Rename `fresh` to `folder`; what stood there is moved aside first and removed last."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = folder.with_name(f".{folder.name}-old-{os.getpid()}")
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_stored(value: torch.Tensor) -> torch.Tensor:
    """float16 where that loses no range: a few buffers may be too large for it."""
    value = value.detach().cpu().contiguous().clone()
    if value.is_floating_point() and (not value.numel() or float(value.abs().max()) < _LARGEST_HALF):
        return value.half()
    return value


def _as_float32(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value
