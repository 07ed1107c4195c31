"""The rows of the history as they are painted: the little picture of a round's form."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.audio import Audio
from instructme_app.model.media import Media, Thumbnail, thumbnail
from instructme_app.model.pyramid import Pyramid
from instructme_app.views.history_delegate import HistoryDelegate


def inked(qtbot: QtBot, thumbnail: Thumbnail) -> np.ndarray:
    """How much of each column of the picture in a row is painted, 0-1."""
    parent = QWidget()
    qtbot.addWidget(parent)
    image = HistoryDelegate(parent)._picture(thumbnail, QColor("white"), 1.0).toImage()
    return np.array(
        [np.mean([image.pixelColor(x, y).alphaF() for y in range(image.height())]) for x in range(image.width())]
    )


def test_the_form_of_a_loud_song_is_seen_in_its_row(qtbot: QtBot) -> None:
    """Its verses reach full scale now and then, its chorus all the time."""
    chorus = np.sign(np.random.default_rng(0).normal(size=441_000)).astype(np.float32)
    verse = np.where(np.arange(chorus.size) % 1000 == 0, chorus, 0.3 * chorus)
    samples = np.concatenate([verse, chorus, verse])[None]
    ink = inked(qtbot, thumbnail(Media(Audio(samples, 44_100), Pyramid.build(samples), None)))
    third = ink.size // 3
    assert ink[third + 3 : 2 * third - 3].min() > 0.9
    assert 0.2 < ink[3 : third - 3].mean() < 0.45 and 0.2 < ink[2 * third + 3 : -3].mean() < 0.45


def test_silence_is_a_line_and_what_is_hardly_there_is_not_blown_up(qtbot: QtBot) -> None:
    assert 0 < inked(qtbot, Thumbnail((0.0,) * 96)).max() < 0.1
    assert inked(qtbot, Thumbnail((0.001,) * 96)).max() < 0.2
    assert inked(qtbot, Thumbnail((0.05,) * 96)).mean() > 0.9
