"""The lanes of the main window, and which round each of them shows."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from engine.analysis.chords import CHORDS
from instructme_app.model.media import MediaLibrary
from instructme_app.model.session import Session
from instructme_app.views.lane import LaneStack, Ruler
from instructme_app.views.matrices import ChordLane, InstrumentLane, fold_chords
from instructme_app.views.spectrogram import SpectrogramLane
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.waveform import WaveformLane


class SongLanes(QObject):
    """Source above, the current round below it, and what is seen and heard in the current round."""

    def __init__(self, session: Session, media: MediaLibrary, axis: TimeAxis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._media = session, media
        self.stack = LaneStack(axis)
        self.ruler = Ruler(axis)
        self.source = WaveformLane(axis, self.tr("Source"), "source")
        self.current = WaveformLane(axis, self.tr("Now"), "accent")
        self.spectrogram = SpectrogramLane(axis)
        self.chords = ChordLane(axis)
        self.instruments = InstrumentLane(axis)
        self.stack.add(self.ruler)
        self.stack.add(self.source, 2)
        self.stack.add(self.current, 2)
        self.stack.add(self.spectrogram, 3)
        self.stack.add(self.chords)
        self.stack.add(self.instruments)
        self._shown: dict[WaveformLane, str] = {}
        session.song_changed.connect(self._new_song)
        session.current_changed.connect(self.refresh)
        session.heard_changed.connect(lambda _: self._show_heard())
        session.engine_changed.connect(self._show_heard)
        media.loaded.connect(lambda _: self.refresh())

    def _new_song(self) -> None:
        self._shown.clear()
        for lane in (self.source, self.current):
            lane.set_audio(None)
            lane.set_note(self.tr("Reading …"))
        self.spectrogram.set_audio(None)
        self.refresh()

    def refresh(self) -> None:
        source, current = self._session.source, self._session.current
        if source is None or current is None:
            return
        self._show_waveform(self.source, source.id, self._session.path_of(source))
        self.source.set_subtitle(self.tr("as opened"))
        if self._show_waveform(self.current, current.id, self._session.path_of(current)):
            media = self._media.get(current.id, self._session.path_of(current))
            assert media is not None
            self.spectrogram.set_audio(media.audio.samples, media.audio.sample_rate)
        self.current.set_subtitle(current.understood if current.parent is not None else self.tr("not edited yet"))
        self._show_heard()

    def _show_waveform(self, lane: WaveformLane, round_id: str, path: object) -> bool:
        """True where the lane now shows another round than before."""
        media = self._media.get(round_id, path)  # type: ignore[arg-type]
        if media is None or self._shown.get(lane) == round_id:
            return False
        self._shown[lane] = round_id
        lane.set_audio(media.pyramid, media.audio.sample_rate)
        return True

    def _show_heard(self) -> None:
        current = self._session.current
        heard = self._session.heard(current.id) if current is not None else None
        if heard is None:
            waiting = self.tr("Loading the model …") if self._session.ready is None else self.tr("Listening …")
            for lane in (self.chords, self.instruments):
                lane.set_note(waiting)
            self.chords.set_chords(None, ())
            self.instruments.set_instruments(None, (), ())
            self.chords.set_subtitle("")
            return
        names = self._session.vocabulary.instrument_names
        matrix = heard.instruments
        fits = matrix.ndim == 2 and matrix.shape[0] == len(names)
        self.instruments.set_note("" if heard.names else self.tr("No instrument is heard clearly"))
        self.instruments.set_instruments(matrix if fits else None, names, heard.names, heard.frame_rate)
        self.chords.set_chords(np.asarray(fold_chords(heard.chords, CHORDS)), heard.spans, heard.frame_rate)
        key = heard.key.replace(":maj", self.tr(" major")).replace(":min", self.tr(" minor"))
        tempo = self.tr("{0:.0f} bpm").format(heard.tempo) if heard.tempo else ""
        self.chords.set_subtitle("\n".join(part for part in (key, tempo) if part))
