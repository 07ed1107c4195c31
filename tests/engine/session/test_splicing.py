"""A region of one round in another has stems where the rounds between the two tell what went and what came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import Audio, probe, read, write
from engine.errors import UserError
from engine.session import SOURCE, Project

RATE, FRAMES = 8_000, 8_000
REGION = (0.25, 0.75)
INSIDE = slice(round(0.25 * RATE) + 80, round(0.75 * RATE) - 80)
"""Past the fades."""


def tone(hertz: float, level: float = 0.1) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(FRAMES) / RATE)
    return np.stack([wave, 0.5 * wave]).astype(np.float32)


DRUMS, PIANO, STRINGS, ORGAN = tone(100), tone(200), tone(300), tone(400)


def edit(project: Project, text: str, parent: str, removed: np.ndarray | None, added: np.ndarray | None) -> str:
    """What the worker does."""
    pending = project.begin_round(parent)
    audio = read(project.audio_path(parent)).samples.copy()
    for name, sign, stem in (("removed", -1, removed), ("added", 1, added)):
        if stem is not None:
            audio += sign * stem
            write(Path(f"{pending.stems}.{name}.wav"), Audio(stem, RATE))
    write(pending.path, Audio(audio, RATE), like=probe(project.audio_path(parent)))
    return project.finish_round(pending, text, text, seed=1).id


def splice(project: Project, parent: str, other: str) -> str:
    pending = project.begin_round(parent)
    project.splice(pending, other, REGION)()
    return project.finish_round(pending, "Region", "Region", region=REGION, taken_from=other).id


def stem(project: Project, id: str, name: str) -> np.ndarray | None:
    path = project.stem_path(id, name)  # type: ignore[arg-type]
    return None if path is None else read(path).samples


@pytest.fixture(params=["PCM_16", "PCM_24", "FLOAT"])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """source <- 1 (drums gone) <- 2 (strings came); source <- 3 (drums gone) <- 4 (organ for piano)."""
    soundfile.write(tmp_path / "song.wav", (DRUMS + PIANO).T, RATE, subtype=request.param)
    project = Project.create(tmp_path / "project", tmp_path / "song.wav")
    first = edit(project, "Remove drums", SOURCE, DRUMS, None)
    edit(project, "Add strings", first, None, STRINGS)
    other = edit(project, "Remove drums", SOURCE, DRUMS, None)
    edit(project, "Replace piano with organ", other, PIANO, ORGAN)
    return project


@pytest.mark.parametrize(
    ("parent", "other", "removed", "added"),
    [
        ("0001", "0002", None, STRINGS),
        ("0002", "0001", STRINGS, None),
        ("0002", SOURCE, STRINGS, DRUMS),
        (SOURCE, "0004", DRUMS + PIANO, ORGAN),
        # Drums that neither of them has neither go nor come.
        ("0002", "0004", STRINGS + PIANO, ORGAN),
        ("0001", "0003", None, None),
    ],
)
def test_what_goes_and_what_comes_is_that_of_the_rounds_between(
    project: Project, parent: str, other: str, removed: np.ndarray | None, added: np.ndarray | None
) -> None:
    made = splice(project, parent, other)
    for name, wanted in (("removed", removed), ("added", added)):
        found = stem(project, made, name)
        assert (found is None) == (wanted is None)
        if found is not None and wanted is not None:
            np.testing.assert_allclose(found[:, INSIDE], wanted[:, INSIDE], atol=1e-6)
            outside = np.ones(FRAMES, bool)
            outside[round(0.25 * RATE) : round(0.75 * RATE)] = False
            assert not found[:, outside].any()
    before, after = (read(project.audio_path(id)).samples for id in (parent, made))
    went, came = (0 if (found := stem(project, made, name)) is None else found for name in ("removed", "added"))
    np.testing.assert_allclose(before - went + came, after, atol=1e-4)


def test_a_region_of_what_was_put_together_has_stems_as_well(project: Project) -> None:
    middle = splice(project, "0001", "0002")
    made = splice(project, SOURCE, middle)
    removed, added = stem(project, made, "removed"), stem(project, made, "added")
    assert removed is not None and added is not None
    np.testing.assert_allclose(removed[:, INSIDE], DRUMS[:, INSIDE], atol=1e-6)
    np.testing.assert_allclose(added[:, INSIDE][:, 100:-100], STRINGS[:, INSIDE][:, 100:-100], atol=1e-6)


@pytest.mark.parametrize("spoil", ["missing", "cut", "text", "another"])
def test_where_the_stems_between_do_not_tell_there_are_none(project: Project, spoil: str) -> None:
    path = project.stem_path("0002", "added")
    assert path is not None
    if spoil == "missing":
        path.unlink()
    elif spoil == "cut":
        soundfile.write(path, STRINGS.T[:3_000], RATE, subtype="FLOAT")
    elif spoil == "text":
        path.write_text("no sound")
    else:
        soundfile.write(path, ORGAN.T, RATE, subtype="FLOAT")
    made = splice(project, "0001", "0002")
    assert (stem(project, made, "removed"), stem(project, made, "added")) == (None, None)
    wanted, found = (read(project.audio_path(id)).samples[:, INSIDE] for id in ("0002", made))
    np.testing.assert_allclose(found, wanted, atol=2**-15)


def test_a_round_that_stands_where_it_was_not_made_gives_no_stems(project: Project) -> None:
    project.close()
    (project.folder / "rounds" / "0001.wav").unlink()
    with Project.open(project.folder) as again:
        assert again.history["0002"].detached
        made = splice(again, SOURCE, "0002")
        assert (stem(again, made, "removed"), stem(again, made, "added")) == (None, None)


def test_the_way_is_laid_down_before_the_tree_changes_further(project: Project) -> None:
    pending = project.begin_round("0001")
    work = project.splice(pending, "0002", REGION)
    project.delete("0002")
    work()
    made = project.finish_round(pending, "Region", "Region", region=REGION, taken_from="0002").id
    assert stem(project, made, "added") is not None
    with pytest.raises(UserError, match="no round '0002'"):
        project.splice(project.begin_round("0001"), "0002", REGION)
