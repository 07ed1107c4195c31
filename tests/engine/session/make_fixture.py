"""Stores a small project in today's format: `python -m tests.engine.session.make_fixture`, once per version.

It was run at the commit before a version was raised, or at the one that raised it, so that `test_upgrade` opens
what that release really wrote.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.audio import Audio, write
from engine.session import Project
from engine.session.manifest import VERSION

STORED = Path(__file__).parent / "projects"
RATE = 8000


def make(folder: Path) -> Path:
    """A project with a branch, names and notes, a region, and a deleted round; each round is one value all through."""
    rng = np.random.default_rng(1)
    soundfile.write(folder / "My song.wav", rng.uniform(-0.5, 0.5, (800, 2)), RATE, subtype="PCM_16")
    with Project.create(folder / "project", folder / "My song.wav") as project:

        def edit(text: str, understood: str, **facts: Any) -> None:
            pending = project.begin_round()
            write(pending.path, Audio(np.full((2, 800), int(pending.id) / 1000, np.float32), RATE))
            facts |= {"seed": 3 + int(pending.id), "steps": 8, "model": "default", "model_hash": "ab" * 32}
            project.finish_round(pending, text, understood, seconds=1.5, loudness=-20.5, **facts)

        edit("take out the drums", "Remove drums")
        edit("add strings", "Add strings")
        project.undo()
        edit("add organ", "Add organ", region=(0.02, 0.04))
        edit("remix to jazz", "Remix to jazz genre")
        project.annotate("0002", label="the good one", starred=True, note="keep this")
        project.delete("0004")
        project.jump("0002")
    return folder / "project"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        project = make(Path(name))
        with zipfile.ZipFile(STORED / f"version-{VERSION}.zip", "w", zipfile.ZIP_DEFLATED) as stored:
            for path in sorted(project.rglob("*")):
                if path.is_file() and path.name != ".lock":
                    stored.write(path, path.relative_to(project))


if __name__ == "__main__":
    main()
