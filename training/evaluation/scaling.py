"""How cost grows with length: the exponent of a power law, and attention in chunks against attention over everything.

    python -m training.evaluation.scaling '{"network": "layer", "chunked": true, "seconds": 60, "limit": 300}'

is one measurement, in a process of its own so that its peak memory is its own. One evaluation of the network on the
whole length is timed; the windows in which the editor samples long songs are left aside here, because they would make
any network linear.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from engine.threads import share_the_cores
from training.evaluation.benchmark import cpu_seconds, peak_bytes, run_apart

ATTENTION_LENGTHS = (10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 600.0)

NETWORKS = {
    "unet": "U-Net of 26.5 M over latents, one step",
    "layer": "one attention layer of `paper`, first level",
}
"""What is measured. The layer has 512 channels in heads of 64 and 250 frames a second; the U-Net has 50."""

REPEATS = 3
SPARE_SECONDS = 300.0


@dataclass(frozen=True)
class Exponent:
    """cost ~ length ** value, with the 95% interval of the slope; `count` lengths were measured."""

    value: float
    low: float
    high: float
    count: int


def fit_exponent(lengths: Sequence[float], costs: Sequence[float | None]) -> Exponent | None:
    """Least squares in log-log; costs that are None are left out. None below three different lengths.

    The interval is the t distribution's on the slope. At short lengths what an edit costs whatever its length
    pulls the exponent down.
    """
    from scipy import stats

    pairs = [(length, cost) for length, cost in zip(lengths, costs, strict=True) if cost is not None and cost > 0]
    if len({length for length, _ in pairs}) < 3:
        return None
    fit: Any = stats.linregress(np.log([length for length, _ in pairs]), np.log([cost for _, cost in pairs]))
    # Costs that are all equal have no correlation, hence no error in scipy's terms; the line through them is exact.
    error = float(np.nan_to_num(fit.stderr))
    reach = float(stats.t.ppf(0.975, len(pairs) - 2)) * error
    return Exponent(float(fit.slope), float(fit.slope) - reach, float(fit.slope) + reach, len(pairs))


def last_exponent(lengths: Sequence[float], costs: Sequence[float | None]) -> float | None:
    """The slope between the two longest measured lengths, where fixed costs weigh least; None below two."""
    pairs = sorted((length, cost) for length, cost in zip(lengths, costs, strict=True) if cost is not None and cost > 0)
    if len(pairs) < 2 or pairs[-1][0] == pairs[-2][0]:
        return None
    (short, less), (long, more) = pairs[-2:]
    return float(np.log(more / less) / np.log(long / short))


@dataclass(frozen=True)
class AttentionRequest:
    """`chunked`: chunks of 200 frames as we ship it; otherwise every frame attends to all."""

    network: str
    chunked: bool
    seconds: float
    limit: float


@dataclass(frozen=True)
class AttentionMeasurement:
    """One evaluation, without gradients. Without figures where there is a `reason`."""

    network: str
    chunked: bool
    seconds: float
    reason: str = ""
    step_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    frames: int = 0
    precision: str = ""


def measure_attention(request: AttentionRequest, shorter: AttentionMeasurement | None = None) -> AttentionMeasurement:
    """Measures in a fresh process. `shorter`, the last one, says whether this length can fit into the limit."""
    nothing = AttentionMeasurement(request.network, request.chunked, request.seconds)
    if shorter is not None:
        if shorter.step_seconds is None:
            return replace(nothing, reason=f"not run: {shorter.seconds:g} s did not work")
        growth = (request.seconds / shorter.seconds) ** (1 if request.chunked else 2)
        if shorter.step_seconds * growth > request.limit:
            return replace(nothing, reason=f"not run: would take about {shorter.step_seconds * growth:.0f} s")
    command = [sys.executable, "-m", "training.evaluation.scaling", json.dumps(asdict(request))]
    done = run_apart(command, request.limit * 2 + SPARE_SECONDS)
    if done.failure:
        return replace(nothing, reason=f"not run: {done.failure}")
    return AttentionMeasurement(**json.loads(done.output))


def evaluation(network: str, chunked: bool, seconds: float) -> tuple[Callable[[], object], int]:
    """A function that evaluates the network once on `seconds` of random latents, and the frames it works on."""
    import torch

    from engine.analysis.chords import CHORD_CLASSES
    from engine.models.chunk_transformer import ChunkAttention
    from engine.models.configuration import ModelConfiguration
    from engine.models.sizes import PAPER
    from engine.models.unet import UNet

    torch.manual_seed(0)
    if network == "layer":
        size = PAPER.unet
        frames = round(seconds * PAPER.sample_rate / PAPER.autoencoder.samples_per_frame)
        width = size.channels[0]
        layer = ChunkAttention(width, width, size.head_channels, size.chunk_frames if chunked else 0)
        x = torch.randn(1, frames, width)
        return (lambda: layer(x, x)), frames
    model = ModelConfiguration()
    frames = round(seconds * model.sample_rate / model.autoencoder.samples_per_frame)
    size = model.unet if chunked else replace(model.unet, chunk_frames=0)
    channels = model.autoencoder.latent_channels
    unet = UNet(size, channels, model.text.channels, CHORD_CLASSES).eval()
    state = torch.randn(1, unet.state_channels, frames)
    source = torch.randn(1, channels, frames)
    text, mask = torch.randn(1, 8, model.text.channels), torch.ones(1, 8, dtype=torch.bool)
    chords = torch.rand(1, CHORD_CLASSES, frames)
    return (lambda: unet(state, torch.tensor([500.0]), source, text, mask, chords)), frames


def _run(request: AttentionRequest) -> AttentionMeasurement:
    """In the process that is measured."""
    import torch

    from training.evaluation.peers import shared_precision

    precision, inside = shared_precision()
    evaluate, frames = evaluation(request.network, request.chunked, request.seconds)
    warm, _ = evaluation(request.network, request.chunked, min(request.seconds, 10.0))
    walls, works = [], []
    with torch.no_grad(), inside():
        warm()
        # The median of three, and of what fits into the limit where one is long.
        while len(walls) < REPEATS and (not walls or sum(walls) + walls[-1] < request.limit):
            began, work = time.perf_counter(), cpu_seconds()
            evaluate()
            walls.append(time.perf_counter() - began)
            works.append(cpu_seconds() - work)
    return AttentionMeasurement(
        request.network,
        request.chunked,
        request.seconds,
        step_seconds=float(np.median(walls)),
        cpu_seconds=float(np.median(works)),
        peak_bytes=peak_bytes(),
        frames=frames,
        precision=precision,
    )


def main() -> None:
    share_the_cores()
    print(json.dumps(asdict(_run(AttentionRequest(**json.loads(sys.argv[1]))))))


if __name__ == "__main__":
    main()
