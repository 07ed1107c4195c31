"""The lanes of the main window: which rounds they show, how two of them are compared, and which are in sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.analysis.chords import CHORDS
from engine.session import Round
from instructme_app.model.analysis import Heard
from instructme_app.model.difference import Differences
from instructme_app.model.editing import Editing, EngineState
from instructme_app.model.listening import Listening
from instructme_app.model.media import Media, MediaLibrary
from instructme_app.model.session import Session
from instructme_app.model.tiles import Sound, TileStore
from instructme_app.titles import name_of, title_of
from instructme_app.views.beats import BeatGrid
from instructme_app.views.lane import Lane
from instructme_app.views.matrices import ChordLane, InstrumentLane, fold_chords, subtract
from instructme_app.views.pitches import KEYS, PitchLane
from instructme_app.views.spectrogram import SpectrogramLane
from instructme_app.views.stack import LaneStack
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.view_bar import MODES
from instructme_app.views.waveform import Trace, WaveformLane, reach_of

GROUPS = ("waveform", "spectrogram", "chords", "pitches", "instruments")
"""What can be shown and hidden; a mode decides which lanes of a group are meant."""
STEM_TONES: Mapping[Literal["removed", "added"], str] = {"removed": "less", "added": "more"}
UNSIGNED = "muted"
"""The tone of a difference that does not tell what left from what came."""


class SongLanes(QObject):
    """The reference (the parent of the current round, or the one chosen to compare with) and the current round."""

    mode_changed = Signal()
    """How two rounds are compared, or whether there are two."""
    closing = Signal()
    """For good: threads that draw end."""

    def __init__(
        self,
        session: Session,
        editing: Editing,
        listening: Listening,
        media: MediaLibrary,
        axis: TimeAxis,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._editing, self._listening, self._media = session, editing, listening, media
        self.mode = MODES[0]
        self.both_heard = False
        """What is heard in the reference has lanes of its own, side by side with the current round's."""
        self._hidden: set[str] = set()
        self.axis = axis
        self.tiles = TileStore(self)
        self._differences = Differences(self)
        # Apart from the rounds, of which only a few stay open: a stem in sight must close none of those.
        self._stems = MediaLibrary(self)
        self._stems.limit = 0
        self._unreadable: set[str] = set()
        self.stack = LaneStack(axis)
        self.ruler = self.stack.ruler
        spectrum, both = self.tr("Spectrum"), ("source", "accent")
        self.source = WaveformLane(axis, self.tr("Source"), "source")
        self.current = WaveformLane(axis, self.tr("Now"), "accent")
        self.overlay = WaveformLane(axis, self.tr("Both"), "accent", tones=both)
        self.difference = WaveformLane(axis, self.tr("Change"), "accent", tones=("less", "more"))
        self.source_spectrogram = SpectrogramLane(axis, self.tiles, spectrum, tones=("source",))
        self.spectrogram = SpectrogramLane(axis, self.tiles, spectrum, tones=("accent",))
        self.spectrogram_difference = SpectrogramLane(axis, self.tiles, spectrum, tones=("less", "more"))
        self.source_chords = ChordLane(axis, self.tr("Chords"), tones=("source",))
        self.chords = ChordLane(axis, self.tr("Chords"))
        self.source_pitches = PitchLane(axis, self.tr("Pitches"), tones=("source",))
        self.pitches = PitchLane(axis, self.tr("Pitches"))
        self.source_instruments = InstrumentLane(axis, self.tr("Heard"), tones=("source",))
        self.instruments = InstrumentLane(axis, self.tr("Heard"))
        self._groups: dict[str, tuple[Lane, ...]] = {
            "waveform": (self.source, self.current, self.overlay, self.difference),
            "spectrogram": (self.source_spectrogram, self.spectrogram, self.spectrogram_difference),
            "chords": (self.source_chords, self.chords),
            "pitches": (self.source_pitches, self.pitches),
            "instruments": (self.source_instruments, self.instruments),
        }
        for name, lanes in self._groups.items():
            for lane in lanes:
                lane.setObjectName(name)
                self.stack.add(lane)
        session.song_changed.connect(self._new_song)
        session.opening_changed.connect(self._show_nothing)
        session.current_changed.connect(self.refresh)
        session.compared_changed.connect(self.refresh)
        listening.heard_changed.connect(lambda _: self._show_heard())
        editing.engine_changed.connect(self._show_heard)
        media.loaded.connect(lambda _: self.refresh())
        self._differences.made.connect(self.refresh)
        self._stems.loaded.connect(lambda _: self.refresh())
        self._stems.failed.connect(lambda key, _cause, _remedy: self._miss(key))
        self._show_lanes()
        self._show_nothing()

    # What is in sight

    @property
    def reference(self) -> Round | None:
        return self._session.reference

    def group_of(self, lane: Lane) -> str:
        return lane.objectName()

    def shown(self, group: str) -> bool:
        """Whether the user wants to see a group; the mode decides which of its lanes that are."""
        return group not in self._hidden

    def show_group(self, group: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(group)
        self._show_lanes()

    def set_mode(self, mode: str) -> None:
        """One of MODES."""
        if mode in MODES and mode != self.mode:
            self.mode = mode
            self.refresh()

    def next_mode(self) -> None:
        self.set_mode(MODES[(MODES.index(self.mode) + 1) % len(MODES)])

    def set_both_heard(self, both: bool) -> None:
        self.both_heard = both
        self.refresh()

    def heights(self) -> dict[str, int]:
        """Of the groups whose height the user chose."""
        return {
            name: lane.chosen_height
            for name, lanes in self._groups.items()
            for lane in lanes
            if lane.chosen_height is not None
        }

    def set_height(self, group: str, height: int | None) -> None:
        """All lanes of a group are equally high, so that what is compared is drawn to one scale."""
        for lane in self._groups.get(group, ()):
            lane.chosen_height = None if height is None else max(lane.least_height, height)
        self.stack.arrange()

    def visible(self) -> Iterator[Lane]:
        """From the top."""
        yield from self.stack.column.shown

    def _show_lanes(self) -> None:
        two, mode = self.reference is not None, self.mode
        side = two and mode == "side"
        heard = side and self.both_heard
        wanted: dict[Lane, bool] = {
            self.source: not two or side,
            self.current: side,
            self.overlay: two and mode == "overlay",
            self.difference: two and mode == "difference",
            self.source_spectrogram: side,
            self.spectrogram: not two or mode != "difference",
            self.spectrogram_difference: two and mode == "difference",
            self.source_chords: heard,
            self.source_pitches: heard,
            self.source_instruments: heard,
        }
        for name, lanes in self._groups.items():
            for lane in lanes:
                lane.setVisible(name not in self._hidden and wanted.get(lane, True))
        self.stack.arrange()
        self.mode_changed.emit()

    # What the lanes show

    def _new_song(self) -> None:
        self.tiles.clear()
        self._differences.clear()
        self._stems.clear()
        self._unreadable.clear()
        info = self._session.info
        if info is not None:
            self.axis.set_sample_rate(info.sample_rate)
        self.axis.set_grid(BeatGrid())
        for lane in self._groups["waveform"]:
            assert isinstance(lane, WaveformLane)
            lane.set_traces(())
            lane.set_note(self.tr("Reading …"))
        for lane in self._groups["spectrogram"]:
            assert isinstance(lane, SpectrogramLane)
            lane.set_sound(None)
        self.stack.overview.set_audio(None)
        self.refresh()

    def _show_nothing(self) -> None:
        """What is to be done, where no song is open yet."""
        if self._session.info is None:
            opening = self._session.opening
            words = self.tr("Drop a song here, or press Ctrl+O")
            self.source.set_note(words if opening is None else self.tr("Opening {0} …").format(opening.name))

    def refresh(self) -> None:
        current, reference = self._session.current, self.reference
        if current is None:
            return
        now, then = self._read(current), self._read(reference)
        name, was = self._named(reference or current)
        is_now = title_of(current) if current.parent is not None else self.tr("as opened")
        self.source.set_title(name)
        self.source.set_subtitle(was)
        self.current.set_subtitle(is_now)
        self.overlay.set_subtitle(is_now)
        self.difference.set_subtitle(self.tr("now − {0}").format(name.lower()))
        self.source_spectrogram.set_subtitle(name)
        self.spectrogram.set_subtitle(self.tr("Now") if reference is not None else "")
        self.spectrogram.tones = ("accent",) if reference is not None else ("source",)
        self.spectrogram_difference.set_subtitle(self.tr("now − {0}").format(name.lower()))
        self._show_sound(current, now, reference, then)
        self._set_reach(now, then)
        if now is not None:
            self.stack.overview.set_audio(now.pyramid, reach_of(now.pyramid.peak))
        self._show_lanes()
        self._show_heard()

    def _named(self, reference: Round) -> tuple[str, str]:
        """What the reference is called, and what was done to make it."""
        if reference.parent is None:
            return self.tr("Source"), self.tr("as opened")
        current = self._session.current
        chosen = self._session.compared is not None or (current is not None and current.detached)
        return (self.tr("Compared") if chosen else self.tr("Before")), title_of(reference)

    def _read(self, entry: Round | None) -> Media | None:
        return None if entry is None else self._media.get(entry.id, self._session.path_of(entry))

    def _show_sound(self, current: Round, now: Media | None, reference: Round | None, then: Media | None) -> None:
        """What is not read yet stays as it is: `media.loaded` brings us here again."""
        if reference is None:
            if now is not None:
                self.source.set_traces((Trace(now.pyramid, now.audio.sample_rate, "source"),))
        elif then is not None:
            self.source.set_traces((Trace(then.pyramid, then.audio.sample_rate, "source"),))
            self.source_spectrogram.set_sound(self._sound(reference, then))
        if now is None:
            return
        rate, sound = now.audio.sample_rate, self._sound(current, now)
        self.current.set_traces((Trace(now.pyramid, rate, "accent"),))
        self.spectrogram.set_sound(sound)
        if reference is None or then is None:
            return
        self.overlay.set_traces(
            (Trace(then.pyramid, then.audio.sample_rate, "source"), Trace(now.pyramid, rate, "accent"))
        )
        self.spectrogram_difference.set_sound(sound, self._sound(reference, then))
        if self.mode == "difference":
            self._show_difference(current, now, reference, then)

    def _show_difference(self, current: Round, now: Media, reference: Round, then: Media) -> None:
        """Stems tell what left from what came. Without them a waveform has no sign that says so, and no colour."""
        rate, stems = now.audio.sample_rate, self._stems_of(current, now, reference)
        if stems is None:
            traces = ()
        elif stems:
            traces = tuple(Trace(stem.pyramid, rate, tone) for tone, stem in stems.items())
        else:
            made = self._differences.get(current.id, reference.id, now.audio.samples, then.audio.samples)
            traces = () if made is None else (Trace(made, rate, UNSIGNED),)
        self.difference.set_tones(tuple(trace.tone for trace in traces) or (UNSIGNED,))
        self.difference.set_traces(traces)

    def _stems_of(self, current: Round, now: Media, reference: Round) -> dict[str, Media] | None:
        """What the edit took and brought, by tone; empty where that was not kept, or does not tell these two rounds
        apart; None while it is read."""
        project = self._session.project
        if project is None or not self._session.grew(current, reference):
            return {}
        paths = {tone: project.stem_path(current.id, stem) for stem, tone in STEM_TONES.items()}
        there = {tone: path for tone, path in paths.items() if path is not None}
        if self._unreadable.intersection(map(str, there.values())):
            return {}
        read = {tone: self._stems.get(str(path), path) for tone, path in there.items()}
        found = {tone: media for tone, media in read.items() if media is not None}
        if len(found) < len(there):
            return None
        return found if all(media.audio.frames == now.audio.frames for media in found.values()) else {}

    def _miss(self, key: str) -> None:
        self._unreadable.add(key)
        self.refresh()

    def _set_reach(self, *shown: Media | None) -> None:
        """One scale for the waveforms, so that they can be compared: the loudest sample of the song reaches the edge,
        or that of a round that is louder."""
        rounds = [media for media in (self._read(self._session.source), *shown) if media is not None]
        reach = reach_of(*(media.pyramid.peak for media in rounds))
        for lane in (self.source, self.current, self.overlay):
            lane.set_reach(reach)
        made = self.difference.traces
        self.difference.set_reach(max(reach, reach_of(*(trace.pyramid.peak for trace in made))) if made else reach)

    def _sound(self, entry: Round, media: Media) -> Sound:
        return Sound(str(self._session.path_of(entry)), media.audio.samples, media.audio.sample_rate)

    def _show_heard(self) -> None:
        current, reference = self._session.current, self.reference
        heard = self._listening.heard(current.id) if current is not None else None
        before = self._listening.heard(reference.id) if reference is not None else None
        signed = self.mode == "difference" and heard is not None and before is not None
        for lanes in (self.chords, self.pitches, self.instruments):
            lanes.set_tones(("less", "more") if signed else ("accent",) if reference is not None else ("source",))
        two = reference is not None and self.mode == "side" and self.both_heard
        for lane in (self.source_chords, self.source_pitches, self.source_instruments):
            lane.set_subtitle(self._named(reference)[0] if two and reference is not None else "")
        for lane in (self.chords, self.pitches, self.instruments):
            lane.set_subtitle(self.tr("Now") if two else "")
        alone = before is None or (self.mode == "side" and self.both_heard)
        self._show_matrices(
            self.chords, self.pitches, self.instruments, heard, None if alone else before, self._unheard(current)
        )
        if self.both_heard:
            self._show_matrices(
                self.source_chords,
                self.source_pitches,
                self.source_instruments,
                before,
                None,
                self._unheard(reference),
            )
        self.ruler.set_words(" · ".join(self._key_and_tempo(heard)))
        known = heard or before
        if known is not self._grid_of:
            self._grid_of = known
            self.axis.set_grid(BeatGrid() if known is None else BeatGrid.of(known.beats, known.downbeats))
        self.stack.arrange()

    _grid_of: Heard | None = None

    def _unheard(self, entry: Round | None) -> str:
        """Why nothing is known of a round: only what is really going on may be said to go on."""
        if self._session.current is None:
            return ""
        if entry is not None and self._listening.gave_up(entry.id):
            return self.tr("This round could not be listened to")
        if entry != self._session.current:
            return self.tr("Not listened to yet")
        return {
            EngineState.LOADING: self.tr("Loading the model …"),
            EngineState.READY: self.tr("Listening …"),
            EngineState.RESTING: self.tr("Not listened to: the model rests until the next edit"),
            EngineState.DOWN: self.tr("Not listened to: the engine has stopped"),
            EngineState.MISSING: self.tr("Not listened to: no model is loaded"),
        }[self._editing.state]

    def _show_matrices(
        self,
        chords: ChordLane,
        pitches: PitchLane,
        instruments: InstrumentLane,
        heard: Heard | None,
        before: Heard | None,
        waiting: str,
    ) -> None:
        """`before`: what is compared with; as differences in the mode for that, else as a second line of chords."""
        for lane in (chords, pitches, instruments):
            lane.set_note(waiting)
        if heard is None:
            chords.set_chords(None, ())
            pitches.set_matrix(None)
            instruments.set_instruments(None, (), ())
            return
        names, rate = tuple(map(name_of, self._editing.vocabulary.instrument_names)), heard.frame_rate
        signed = before is not None and self.mode == "difference"
        folded, keys, band = fold_chords(heard.chords, CHORDS), _keys(heard), _band(heard, len(names))
        listed = set(map(name_of, heard.names))
        reference = before.spans if before is not None and before.spans != heard.spans else ()
        if before is not None and signed:
            then, old_keys, old_band = fold_chords(before.chords, CHORDS), _keys(before), _band(before, len(names))
            folded = subtract(folded, then)
            keys = None if keys is None or old_keys is None else subtract(keys, old_keys)
            band = None if band is None or old_band is None else subtract(band, old_band)
            listed |= set(map(name_of, before.names))
        chords.set_chords(folded, heard.spans, rate, reference, signed)
        pitches.set_note(self.tr("No pitches are known of this round"))
        pitches.set_matrix(keys, rate, signed)
        instruments.set_note(self.tr("No instrument is heard clearly"))
        instruments.set_instruments(band, names, tuple(listed), rate, signed)

    def _key_and_tempo(self, heard: Heard | None) -> list[str]:
        if heard is None:
            return []
        key = heard.key.replace(":maj", self.tr(" major")).replace(":min", self.tr(" minor"))
        tempo = self.tr("{0:.0f} bpm").format(heard.tempo) if heard.tempo else ""
        return [part for part in (key, tempo) if part]

    def close(self) -> None:
        self.closing.emit()
        self.tiles.close()
        self._differences.close()
        self._stems.close()


def _keys(heard: Heard) -> np.ndarray | None:
    return heard.pitches if heard.pitches.ndim == 2 and heard.pitches.shape[0] == KEYS else None


def _band(heard: Heard, count: int) -> np.ndarray | None:
    """The instruments' matrix; None where it is of another model, whose rows mean others."""
    return heard.instruments if heard.instruments.ndim == 2 and heard.instruments.shape[0] == count else None
