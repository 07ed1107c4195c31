"""From noise to edited latents, at any length and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.diffusion.condition import Condition, Network
from engine.diffusion.guidance import ClassifierFreeGuidance, ClassifierGuidance
from engine.diffusion.objectives import Schedule, build_objective
from engine.errors import Cancelled
from engine.grid import FRAME_RATE
from engine.models.configuration import DiffusionConfiguration
from engine.models.text import TextEmbedding
from engine.windows import windows

WINDOW = 30 * FRAME_RATE
OVERLAP = 5 * FRAME_RATE
NOISE_BLOCK = 500


def sample(
    network: Network,
    config: DiffusionConfiguration,
    condition: Condition,
    null_text: TextEmbedding,
    *,
    channels: int,
    seed: int | Sequence[int],
    steps: int | None = None,
    guidance_scale: float | None = None,
    classifier: ClassifierGuidance | None = None,
    window: int = WINDOW,
    overlap: int = OVERLAP,
    order: Tensor | None = None,
    draft: Tensor | None = None,
    strength: float = 1.0,
    shaped: Callable[[Tensor], Tensor] | None = None,
    on_step: Callable[[int, int], None] | None = None,
    on_estimate: Callable[[Tensor], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Tensor:
    """Draw the edited state (B, channels, F) under `condition`, on the condition's device, float32.

    channels: the state's, UNet.state_channels. seed: one per example, or one number for the first from which the
    others count up; the same seed gives the same noise on every device and at every length. steps and
    guidance_scale (w of Eq. 4): the configuration's unless given.

    The state of the whole song is kept (a few MB), and the network sees `window` frames of it at a time.
    Neighbouring windows overlap, and their predictions are cross-faded at every step, so that they agree on
    one song as it forms instead of being glued after it has.

    order: (F,), of each frame the one whose noise it begins with, itself if None. draft: (B, channels, F), a clean
    state to begin with instead of none, under as much noise as the last `strength` of the steps take away (SDEdit, Meng
    et al. 2022). shaped: what becomes of each prediction for the whole state before it is taken.

    on_step(done, steps) is called after each step, and on_estimate with the clean state that the step expects.
    Raises Cancelled, before the next evaluation of the network, once is_cancelled() is true.
    """
    steps = config.sample_steps if steps is None else steps
    if steps < 1:
        raise ValueError(f"cannot sample in {steps} steps")
    scale = config.guidance_scale if guidance_scale is None else guidance_scale
    schedule = build_objective(config).schedule(steps)
    guided = ClassifierFreeGuidance(network, null_text, scale)
    seeds = range(seed, seed + condition.batch) if isinstance(seed, int) else seed
    if len(seeds) != condition.batch:
        raise ValueError(f"{len(seeds)} seeds for {condition.batch} examples")
    state = initial_noise(channels, condition.frames, seeds)
    state = (state if order is None else state[..., order]).to(condition.source.device)
    first = 0
    if draft is not None:
        first = steps - min(max(round(strength * steps), 1), steps)
        state = schedule.noised(draft.to(state), state, first)
    with torch.no_grad():
        for index in range(first, steps):
            prediction = _predict(guided, schedule, index, state, condition, classifier, window, overlap, is_cancelled)
            if shaped is not None:
                prediction = shaped(prediction)
            if on_estimate is not None:
                on_estimate(schedule.clean(prediction, index, state))
            state = schedule.step(prediction, index, state)
            if on_step is not None:
                on_step(index + 1, steps)
    return state


def initial_noise(channels: int, frames: int, seeds: Sequence[int]) -> Tensor:
    """(len(seeds), channels, frames) of normal noise on the CPU.

    It is drawn frame after frame in blocks of a fixed size: what a frame starts from depends on its place
    and the seed, and not on how long the music is.
    """
    songs = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        blocks = [torch.randn(NOISE_BLOCK, channels, generator=generator) for _ in range(-(-frames // NOISE_BLOCK))]
        songs.append(torch.cat(blocks)[:frames].t())
    return torch.stack(songs)


def _predict(
    guided: ClassifierFreeGuidance,
    schedule: Schedule,
    index: int,
    state: Tensor,
    condition: Condition,
    classifier: ClassifierGuidance | None,
    window: int,
    overlap: int,
    is_cancelled: Callable[[], bool] | None,
) -> Tensor:
    """The guided prediction for the whole state, window by window."""
    total = torch.zeros_like(state)
    for view in windows(state.shape[-1], window, overlap):
        if is_cancelled is not None and is_cancelled():
            raise Cancelled
        part = state[..., view.start : view.end]
        prediction = guided(part, schedule.times[index], condition.window(view.start, view.end))
        if classifier is not None:
            clean = classifier(schedule.clean(prediction, index, part))
            prediction = schedule.prediction(clean, index, part)
        total[..., view.start : view.end] += prediction * torch.from_numpy(view.weights).to(state.device)
    return total
