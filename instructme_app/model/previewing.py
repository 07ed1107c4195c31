"""The spectrum of a song as it forms, out of the worker's message."""

from __future__ import annotations

import base64
import binascii
import logging
from dataclasses import dataclass

import numpy as np

from engine.messages import Preview

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class SpectrumPreview:
    """`image`: uint8 (bands, columns), low bands first, 255 the loudest; `start` to `end`: seconds in the song."""

    image: np.ndarray
    start: float
    end: float


def read_preview(message: Preview) -> SpectrumPreview | None:
    """None where it cannot be read: nothing depends on it."""
    try:
        flat = np.frombuffer(base64.b64decode(message.image, validate=True), np.uint8)
        return SpectrumPreview(flat.reshape(message.bands, message.columns), message.start, message.end)
    except (binascii.Error, ValueError):
        log.warning("a preview cannot be read")
        return None
