"""Colour scales that mean the same to every eye, in both themes."""

from __future__ import annotations

import numpy as np
import pytest

from instructme_app import theme
from instructme_app.colour_maps import lab, rgb

THEMES = (theme.DARK, theme.LIGHT)
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
TRITANOPIA = np.array(
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
)
"""Machado, Oliveira and Fernandes 2009, severity 1.0; on linear RGB."""


def seen(table: np.ndarray, deficiency: np.ndarray | None = None) -> np.ndarray:
    """L*a*b* of a BGRA table, as somebody with a colour vision deficiency sees it."""
    colours = table[:, 2::-1] / 255
    if deficiency is None:
        return lab(colours)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ deficiency.T, 0, 1)
    return lab(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def test_colours_come_back_from_lab_as_they_were() -> None:
    colours = np.random.default_rng(0).random((100, 3))
    np.testing.assert_allclose(rgb(lab(colours)), colours, atol=1e-6)
    np.testing.assert_allclose(lab(np.array([1.0, 1.0, 1.0])), [100, 0, 0], atol=1e-3)


@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_equal_steps_of_level_are_equal_steps_of_lightness(look: theme.Theme) -> None:
    table = look.heat_table()
    assert table.shape == (256, 4) and table.dtype == np.uint8
    steps = np.diff(seen(table)[::15, 0])
    assert np.all(steps > 0) or np.all(steps < 0)
    assert abs(steps).max() / abs(steps).min() < 1.15
    assert abs(seen(table)[-1, 0] - seen(table)[0, 0]) > 80
    # It begins with the ground of the lane: where there is nothing, nothing is seen.
    ground = look.colour("lane")
    assert table[0, 2::-1].tolist() == [ground.red(), ground.green(), ground.blue()]


@pytest.mark.parametrize("deficiency", [DEUTERANOPIA, PROTANOPIA, TRITANOPIA], ids=["deutan", "protan", "tritan"])
@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_scales_are_read_the_same_without_full_colour_vision(look: theme.Theme, deficiency: np.ndarray) -> None:
    steps = np.diff(seen(look.heat_table(), deficiency)[::15, 0])
    assert np.all(steps > 1.0) or np.all(steps < -1.0)
    difference = seen(look.difference_table(), deficiency)
    # What left and what came by the same decibels are told apart by their hue alone.
    assert np.linalg.norm(difference[0, 1:] - difference[255, 1:]) > 40
    assert np.linalg.norm(difference[64, 1:] - difference[191, 1:]) > 20


@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_a_loss_is_as_bright_as_an_equal_gain_and_nothing_is_the_ground(look: theme.Theme) -> None:
    lightness = seen(look.difference_table())[:, 0]
    np.testing.assert_allclose(lightness, lightness[::-1], atol=1.0)
    ground = look.colour("lane")
    assert abs(lightness[127] - lab(np.array([ground.redF(), ground.greenF(), ground.blueF()]))[0]) < 1.5
    assert abs(lightness[0] - lightness[127]) > 50
