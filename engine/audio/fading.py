"""Ramps between two sounds."""

from __future__ import annotations

from typing import Literal

import numpy as np

Shape = Literal["linear", "equal_power"]


def ramps(frames: int, shape: Shape = "linear") -> tuple[np.ndarray, np.ndarray]:
    """(falling, rising), float32 (frames,), which never quite reach 0 or 1: those are the samples beside them.

    "linear" keeps the level of sounds that are alike (two versions of one song), "equal_power" of sounds that are not.
    """
    rising = (np.arange(frames, dtype=np.float64) + 1) / (frames + 1)
    if shape == "linear":
        return (1 - rising).astype(np.float32), rising.astype(np.float32)
    if shape == "equal_power":
        return np.cos(rising * np.pi / 2).astype(np.float32), np.sin(rising * np.pi / 2).astype(np.float32)
    raise ValueError(f"unknown ramp {shape!r}")


def crossfade(a: np.ndarray, b: np.ndarray, shape: Shape = "linear") -> np.ndarray:
    """From `a` to `b`, both (..., frames), over their whole length."""
    if a.shape != b.shape:
        raise ValueError(f"cannot fade {a.shape} into {b.shape}")
    falling, rising = ramps(a.shape[-1], shape)
    return a * falling + b * rising


def splice(base: np.ndarray, patch: np.ndarray, start: int, fade: int, shape: Shape = "linear") -> None:
    """Put `patch` (..., frames) into `base` (..., more frames) at `start`, in place.

    The fades of `fade` frames lie inside the patch, so that nothing of `base` around it changes; at either end
    of `base` there is none.
    """
    frames = patch.shape[-1]
    end = start + frames
    if start < 0 or end > base.shape[-1]:
        raise ValueError(f"a patch of {frames} frames at {start} does not fit into {base.shape[-1]}")
    fade = min(fade, frames // 2)
    head = fade if start > 0 else 0
    tail = fade if end < base.shape[-1] else 0
    if head:
        base[..., start : start + head] = crossfade(base[..., start : start + head], patch[..., :head], shape)
    base[..., start + head : end - tail] = patch[..., head : frames - tail]
    if tail:
        base[..., end - tail : end] = crossfade(patch[..., frames - tail :], base[..., end - tail : end], shape)
