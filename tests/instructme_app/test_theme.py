"""Whoever sees badly can read every text in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import pytest

from instructme_app import theme
from instructme_app.theme import DARK, LIGHT, Theme

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("window", "panel", "raised", "lane")
TEXTS = ("text", "muted", "faint", "accent", "danger")


def luminance(colour: str) -> float:
    linear = []
    for at in (1, 3, 5):
        share = int(colour[at : at + 2], 16) / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_most_that_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=lambda colours: colours.name)
class TestContrast:
    def test_of_text_on_every_ground(self, colours: Theme) -> None:
        pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
        # What lies under the pointer, in a banner, on the accent.
        pairs += [("text", "hover"), ("muted", "hover"), ("accent", "hover")]
        pairs += [("text", "danger_panel"), ("muted", "danger_panel"), ("accent_text", "accent")]
        low = {
            f"{text} on {ground}": round(ratio, 2)
            for text, ground in pairs
            if (ratio := contrast(getattr(colours, text), getattr(colours, ground))) < TEXT
        }
        assert not low

    def test_of_what_must_be_seen_without_being_read(self, colours: Theme) -> None:
        """The frame of what has the keyboard, and waveforms."""
        pairs = [("focus", "window"), ("focus", "panel"), ("source", "lane"), ("accent", "lane"), ("danger", "panel")]
        low = [pair for pair in pairs if contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) < SHAPE]
        assert not low


def test_no_role_is_left_in_the_style_sheet(qapp: object) -> None:
    for colours in (DARK, LIGHT):
        assert "@" not in theme._style_sheet(colours)
