"""Colour scales for spectrograms and matrices, even to the eye: equal steps of a value are equal steps of lightness.

Lightness alone carries the order, so that a scale reads the same to every kind of colour vision, and in print.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _TO_XYZ.sum(axis=1)
_PATH = 4096
"""Points of the path between the stops, from which the even steps are picked."""


def lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB (..., 3) in 0-1 -> CIE L*a*b* (..., 3) under D65."""
    rgb = np.asarray(rgb, dtype=np.float64)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def rgb(values: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (..., 3) -> sRGB (..., 3) in 0-1; what a screen cannot show is cut off."""
    values = np.asarray(values, dtype=np.float64)
    middle = (values[..., 0] + 16) / 116
    f = np.stack([middle + values[..., 1] / 500, middle, middle - values[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _WHITE
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@lru_cache(maxsize=16)
def sequential(stops: tuple[str, ...], steps: int = 256) -> np.ndarray:
    """#rrggbb stops, ever lighter or ever darker -> (steps, 4) uint8 BGRA rows, the bytes of QImage.Format_RGB32."""
    corners = lab(np.array([_parsed(stop) for stop in stops]))
    at = np.linspace(0.0, len(stops) - 1.0, _PATH)
    path = np.stack([np.interp(at, np.arange(len(stops)), corners[:, axis]) for axis in range(3)], axis=1)
    lightness = np.linspace(path[0, 0], path[-1, 0], steps)
    rising = path if path[-1, 0] > path[0, 0] else path[::-1]
    return _table(
        np.stack([lightness, *(np.interp(lightness, rising[:, 0], rising[:, axis]) for axis in (1, 2))], axis=1)
    )


@lru_cache(maxsize=16)
def diverging(less: str, middle: str, more: str, steps: int = 256) -> np.ndarray:
    """From `less` over `middle` (nothing) to `more` -> (steps, 4) uint8 BGRA rows.

    Both ends are brought to one lightness: a loss of some decibels stands out as much as a gain of as many.
    """
    ends, centre = lab(np.array([_parsed(less), _parsed(more)])), lab(np.array(_parsed(middle)))
    ends[:, 0] = ends[:, 0].mean()
    way = np.linspace(-1.0, 1.0, steps)[:, None]
    return _table(centre + np.abs(way) * (np.where(way < 0, ends[0], ends[1]) - centre))


def _parsed(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def _table(path: np.ndarray) -> np.ndarray:
    table = np.full((path.shape[0], 4), 255, dtype=np.uint8)
    table[:, :3] = np.rint(rgb(path)[:, ::-1] * 255).astype(np.uint8)
    # Kept and handed to everybody.
    table.setflags(write=False)
    return table
