"""What is heard: the current round or the one it is compared with, what went or came, blind, loudness matched."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Literal

from PySide6.QtCore import QObject, Signal

from engine.errors import UserError
from engine.session import Round
from instructme_app.model.blind import Blind, Vote
from instructme_app.model.mapping import map_wav
from instructme_app.model.media import Media, MediaLibrary
from instructme_app.model.mixer import Track
from instructme_app.model.playback import Playback
from instructme_app.model.session import Session

MOST_GAIN = 12.0
"""Decibels: a nearly silent extract is not blown up to the loudness of a band."""

Side = str
""""current", "reference", "removed", "added" or "difference".

`removed` and `added` are the stems that the engine wrote beside the current round, each where there was any. They
tell it from its parent: without stems, or with another reference, `difference` is the current round minus that."""

STEMS: tuple[Literal["removed", "added"], ...] = ("removed", "added")
SOLOS = ("removed", "added", "difference")


def matching_gains(
    levels: Mapping[Side, float | None], peaks: Mapping[Side, float], target: float | None
) -> dict[Side, float]:
    """Decibels that bring each side to `target` LUFS, within MOST_GAIN; 0 for silence, or where there is no target.

    No side is heard past full scale, where loudspeakers cut it off: if one would be, all of them are played lower, so
    that they still match.
    """
    sounding = {side: level for side, level in levels.items() if level is not None}
    if target is None or not sounding:
        return dict.fromkeys(levels, 0.0)
    for side, level in sounding.items():
        headroom = -20 * log10(peaks[side]) if peaks.get(side, 0.0) > 0 else MOST_GAIN
        target = min(target, level + headroom)
    return {
        side: max(-MOST_GAIN, min(MOST_GAIN, target - level)) if level is not None else 0.0
        for side, level in levels.items()
    }


class Audition(QObject):
    """A is the current round, B the reference: the round that the session compares with, or else the parent.

    All rounds are matched to the loudness of the song's source, so that going from one to another does not jump
    either. Stems and differences sound as loud as they are in the song.
    """

    changed = Signal()
    """What is heard, or its gain, is another."""

    def __init__(
        self, session: Session, media: MediaLibrary, playback: Playback, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._media, self._playback = session, media, playback
        self.heard: Side = "current"
        self.match = True
        self.gains: dict[Side, float] = {}
        """Decibels, of the sides that have been read."""
        self.blind: Blind | None = None
        self.number = 1
        """Which of the two is heard in a blind comparison."""
        self._held_from: Side | int | None = None
        self._stems: tuple[str, dict[Side, Track]] = ("", {})
        session.current_changed.connect(self._moved)
        session.compared_changed.connect(self._compared)
        session.song_changed.connect(self._new_song)
        media.loaded.connect(lambda _: self.refresh())

    @property
    def reference(self) -> Round | None:
        """What the current round is compared with; None where there is nothing."""
        return self._session.reference

    @property
    def can_compare(self) -> bool:
        return self.reference is not None

    @property
    def before(self) -> bool:
        return self.heard == "reference"

    @property
    def gain(self) -> float:
        """Decibels, of what is heard."""
        return self.gains.get(self.heard, 0.0)

    @property
    def sides(self) -> tuple[Side, ...]:
        """What can be heard now."""
        if self._session.current is None:
            return ()
        if not self.can_compare:
            return ("current",)
        return ("current", "reference", *(self._found_stems() or ("difference",)))

    # What the user does

    def hear(self, side: Side) -> None:
        """One of `sides`. Where the engine wrote no stems at all, the difference stands for them."""
        if self.blind is not None:
            return
        if side in SOLOS and "difference" in self.sides:
            side = "difference"
        if side in self.sides and side != self.heard:
            self.heard = side
            self.refresh()

    def set_before(self, before: bool) -> None:
        self.hear("reference" if before else "current")

    def toggle(self) -> None:
        """From A to B, or from 1 to 2; from anything else back to A."""
        if self.blind is not None:
            self.hear_number(3 - self.number)
        elif self.can_compare:
            self.hear("reference" if self.heard == "current" else "current")

    def hold(self, held: bool) -> None:
        """Hear the reference (in a blind comparison: the other one) for as long as this is held."""
        if held and self._held_from is None and self.can_compare:
            self._held_from = self.number if self.blind is not None else self.heard
            if self.blind is not None:
                self.hear_number(3 - self.number)
            else:
                self.hear("reference")
        elif not held and self._held_from is not None:
            back, self._held_from = self._held_from, None
            if isinstance(back, int):
                self.hear_number(back)
            else:
                self.hear(back)

    def set_match(self, match: bool) -> None:
        self.match = match
        self.refresh()

    # The blind comparison

    def start_blind(self) -> None:
        """The pair in hand, shuffled, for as long as it takes: what is current meanwhile may be another."""
        current, reference = self._session.current, self.reference
        if current is not None and reference is not None and self.blind is None:
            self._held_from = None
            self.blind, self.number = Blind(current.id, reference.id), 1
            self.refresh()

    def hear_number(self, number: int) -> None:
        """1 or 2."""
        if self.blind is not None and number != self.number:
            self.number = number
            self.refresh()

    def vote(self, number: int) -> Vote | None:
        if self.blind is None:
            return None
        vote = self.blind.vote(number)
        self.changed.emit()
        return vote

    def next_blind(self) -> None:
        if self.blind is not None:
            self.blind.next()
            self.number = 1
            self.refresh()

    def end_blind(self) -> None:
        if self.blind is not None:
            self.blind, self._held_from = None, None
            self.heard = "current"
            self.refresh()

    # What becomes of it

    def refresh(self) -> None:
        """Hand the right samples to playback, once they have been read."""
        current, source = self._session.current, self._session.source
        if current is None or source is None or self._session.project is None:
            self._playback.set_track(None)
            self.changed.emit()
            return
        pair = self._pair(current)
        if pair is None:
            self.end_blind()
            return
        found = {side: self._media.get(entry.id, self._session.path_of(entry)) for side, entry in pair.items()}
        media: dict[Side, Media] = {side: read for side, read in found.items() if read is not None}
        levels: dict[Side, float | None] = {side: read.loudness for side, read in media.items()}
        peaks: dict[Side, float] = {side: read.peak for side, read in media.items()}
        # Blind is always matched: the louder one would be told by its loudness.
        match = self.match or self.blind is not None
        self.gains = matching_gains(levels, peaks, source.loudness if match else None)
        track = self._track(self._side(), media)
        if track is not None:
            self._playback.set_track(track)
        self.changed.emit()

    def _side(self) -> Side:
        if self.blind is not None:
            return "current" if self.blind.round_at(self.number) == self.blind.edited else "reference"
        return self.heard

    def _pair(self, current: Round) -> dict[Side, Round] | None:
        """The rounds on both sides; None where a blind comparison has lost one of them."""
        if self.blind is not None:
            try:
                return {
                    "current": self._session.round(self.blind.edited),
                    "reference": self._session.round(self.blind.other),
                }
            except (KeyError, UserError):
                return None
        reference = self.reference
        return {"current": current} if reference is None else {"current": current, "reference": reference}

    def _track(self, side: Side, media: Mapping[Side, Media]) -> Track | None:
        """What playback gets for a side, or None while it is being read."""
        if side in ("removed", "added"):
            return self._found_stems().get(side)
        current, reference = media.get("current"), media.get("reference")
        if side == "difference":
            if current is None or reference is None or current.audio.samples.shape != reference.audio.samples.shape:
                return None
            return Track(current.audio.samples, 1.0, minus=reference.audio.samples)
        read = media.get(side)
        return Track(read.audio.samples, 10 ** (self.gains.get(side, 0.0) / 20)) if read is not None else None

    def _found_stems(self) -> dict[Side, Track]:
        """The stems beside the current round, where they are and tell it from the reference; else none."""
        current, reference = self._session.current, self.reference
        if self._session.project is None or current is None or reference is None:
            return {}
        if not self._session.grew(current, reference):
            return {}
        if self._stems[0] != current.id:
            paths = {name: self._session.project.stem_path(current.id, name) for name in STEMS}
            mapped = {name: map_wav(path) for name, path in paths.items() if path is not None}
            fitting = {
                name: Track(audio.samples)
                for name, audio in mapped.items()
                if audio is not None and audio.samples.shape == (current.channels, current.frames)
            }
            self._stems = (current.id, fitting if len(fitting) == len(mapped) else {})
        return self._stems[1]

    def _new_song(self) -> None:
        # Ids begin anew with every song.
        self.blind, self._held_from, self._stems = None, None, ("", {})

    def _moved(self) -> None:
        self._held_from = None
        self.heard = "current"
        self.refresh()

    def _compared(self) -> None:
        if self.heard not in self.sides:
            self.heard = "current"
        self.refresh()
