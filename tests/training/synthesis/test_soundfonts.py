"""Which soundfonts there are, and who may hear them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from engine.errors import UserError
from tests.training.songs import VOCABULARY, small_song
from training.synthesis import soundfonts
from training.synthesis.orchestra import programs_of
from training.synthesis.performers import Ensemble
from training.synthesis.soundfonts import (
    HELD_OUT_SOUNDFONTS,
    KIN_OF_HELD_OUT,
    Soundfont,
    find_soundfonts,
    package_soundfont,
)

SPLITS: tuple[Literal["train", "held_out"], ...] = ("train", "held_out")


def test_held_out_soundfonts_are_never_given_to_training() -> None:
    assert not {font.path.name for font in find_soundfonts("train")} & HELD_OUT_SOUNDFONTS
    assert find_soundfonts("held_out")


@pytest.mark.parametrize("name", sorted(HELD_OUT_SOUNDFONTS))
def test_a_link_to_a_held_out_soundfont_is_held_out_as_well(name: str, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / name).write_bytes(b"RIFF")
    (tmp_path / "fonts" / "default-GM.sf2").symlink_to(tmp_path / name)
    assert not [font for font in find_soundfonts("train", [tmp_path / "fonts"]) if font.path.parent.name == "fonts"]
    assert [font for font in find_soundfonts("held_out", [tmp_path / "fonts"]) if font.path.parent.name == "fonts"]


@pytest.mark.parametrize("name", sorted(HELD_OUT_SOUNDFONTS))
def test_a_copy_under_another_name_is_held_out_by_its_content(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, same_size = tmp_path / "my_favourite.sf2", tmp_path / "another.sf2"
    copy.write_bytes(b"RIFF as it was downloaded")
    same_size.write_bytes(b"RIFF of as many bytes    ")
    content = (copy.stat().st_size, hashlib.sha256(copy.read_bytes()).hexdigest())
    monkeypatch.setattr(soundfonts, "_CONTENTS", {content: name})
    training, judging = (
        {font.path for font in find_soundfonts(split, [tmp_path])} & {copy, same_size} for split in SPLITS
    )
    assert (training, judging) == ({same_size}, {copy})


def test_the_held_out_soundfonts_that_are_installed_are_known_by_content(tmp_path: Path) -> None:
    installed = [font.path for font in find_soundfonts("held_out") if font.path.name in HELD_OUT_SOUNDFONTS]
    if not installed:
        pytest.skip("none is installed")
    for number, path in enumerate(installed):
        shutil.copy(path, tmp_path / f"{number}.sf2")
    assert not [font for font in find_soundfonts("train", [tmp_path]) if font.path.parent == tmp_path]


@pytest.mark.parametrize("split", SPLITS)
def test_what_shares_its_samples_with_a_held_out_soundfont_is_in_no_split(
    split: Literal["train", "held_out"], tmp_path: Path
) -> None:
    for name in KIN_OF_HELD_OUT:
        (tmp_path / name).write_bytes(b"RIFF")
    assert not {font.path.name for font in find_soundfonts(split, [tmp_path])} & KIN_OF_HELD_OUT


def test_a_soundfont_that_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        find_soundfonts("train", [tmp_path / "none.sf2"])
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFF no soundfont at all")
    with pytest.raises(UserError, match="cannot be read"):
        _ = next(font for font in find_soundfonts("train", [broken]) if font.path == broken).kits


class _WithHoles(Soundfont):
    """Plays one program of each four."""

    @property
    def programs(self) -> frozenset[int]:
        return frozenset(range(2, 128, 4))

    def play(self, notes, program, **named) -> np.ndarray:
        assert program in self.programs
        return super().play(notes, program, **named)


def test_a_program_that_a_soundfont_lacks_is_played_by_its_kin() -> None:
    ensemble = Ensemble((_WithHoles(package_soundfont().path),), VOCABULARY)
    part = next(part for part in small_song().parts if part.instrument not in (None, "drums", "vocals"))
    for name in ("piano", "strings", "flute", "accordion"):
        assert set(programs_of(VOCABULARY, name)) - ensemble.soundfonts[0].programs
        for seed in range(4):
            performer = ensemble.performer(name, np.random.default_rng(seed))
            assert performer.play(part, 0.0, 1.0, np.random.default_rng(seed)).any()
