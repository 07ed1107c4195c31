"""Sound in and out: files, resampling, loudness. Sample rate and channels are always explicit; no torch here."""

from __future__ import annotations

from engine.audio.encoding import ENCODINGS, QUALITIES, Encoding, Quality, estimate, same_as
from engine.audio.fading import crossfade, ramps, splice
from engine.audio.files import MAX_CHANNELS, MAX_RATE, MAX_SECONDS, MIN_RATE, FileInfo, probe, read
from engine.audio.measuring import loudness, peak_dbfs
from engine.audio.polarity import opposed_channels, turned
from engine.audio.resampling import from_model, model_frames, resample, sides_to_model, to_model
from engine.audio.sound import BLOCK, Audio, mono
from engine.audio.storage import opened_as, scratch
from engine.audio.writing import EXTENSIONS, Written, with_headroom, write, write_edit

__all__ = [
    "BLOCK",
    "ENCODINGS",
    "EXTENSIONS",
    "MAX_CHANNELS",
    "MAX_RATE",
    "MAX_SECONDS",
    "MIN_RATE",
    "QUALITIES",
    "Audio",
    "Encoding",
    "FileInfo",
    "Quality",
    "Written",
    "crossfade",
    "estimate",
    "from_model",
    "loudness",
    "model_frames",
    "mono",
    "opened_as",
    "opposed_channels",
    "peak_dbfs",
    "probe",
    "ramps",
    "read",
    "resample",
    "same_as",
    "scratch",
    "splice",
    "sides_to_model",
    "to_model",
    "turned",
    "with_headroom",
    "write",
    "write_edit",
]
