"""What is heard: before or after, the round in hand, loudness matched, loop. Joins session, media and playback."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from instructme_app.model.media import Media, MediaLibrary
from instructme_app.model.mixer import Track
from instructme_app.model.playback import Playback
from instructme_app.model.session import Session

MOST_GAIN = 12.0
"""Decibels: a nearly silent extract is not blown up to the loudness of a band."""


def matching_gain(heard: float | None, reference: float | None) -> float:
    """Decibels that bring `heard` LUFS to `reference` LUFS, within MOST_GAIN; 0 where either is silence."""
    if heard is None or reference is None:
        return 0.0
    return max(-MOST_GAIN, min(MOST_GAIN, reference - heard))


class Audition(QObject):
    """`before` is the parent of the current round. Loudness is matched to the source of the song."""

    changed = Signal()
    """What is heard, or its gain, is another."""

    def __init__(
        self, session: Session, media: MediaLibrary, playback: Playback, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._media, self._playback = session, media, playback
        self.before = False
        self.match = True
        self.gain = 0.0
        session.current_changed.connect(self._moved)
        media.loaded.connect(lambda _: self.refresh())

    @property
    def can_compare(self) -> bool:
        current = self._session.current
        return current is not None and current.parent is not None

    def set_before(self, before: bool) -> None:
        if before != self.before:
            self.before = before and self.can_compare
            self.refresh()

    def set_match(self, match: bool) -> None:
        self.match = match
        self.refresh()

    def refresh(self) -> None:
        """Hand the right round to playback, once it has been read."""
        current, source = self._session.current, self._session.source
        if current is None or source is None or self._session.project is None:
            self._playback.set_track(None)
            self.changed.emit()
            return
        wanted = current
        if self.before and current.parent is not None:
            wanted = self._session.round(current.parent)
        media = self._media.get(wanted.id, self._session.path_of(wanted))
        reference = self._media.get(source.id, self._session.path_of(source))
        if current.parent is not None and wanted is current:
            # The other side of the comparison is read ahead, so that the switch is immediate.
            other = self._session.round(current.parent)
            self._media.get(other.id, self._session.path_of(other))
        if media is not None:
            self.gain = self._gain(media, reference) if self.match else 0.0
            self._playback.set_track(Track(media.audio.samples, 10 ** (self.gain / 20)))
        self.changed.emit()

    def _gain(self, media: Media, reference: Media | None) -> float:
        return matching_gain(media.loudness, reference.loudness if reference is not None else None)

    def _moved(self) -> None:
        self.before = False
        self.refresh()
