"""How long an edit takes with other architectures, on the machine and in the run in which ours is measured.

    python -m training.evaluation.peers '{"peer": "htdemucs", "seconds": 30, "limit": 300}'

is one measurement, in a process of its own. Our `paper` configuration is measured like the others: through our
networks, with random weights and the paper's 200 steps.

A model is first run for a few of its units (sampling steps, tokens, segments), which also warms up. If all of them fit
into the limit, it is run whole. If not, as many as fit are measured and the rest is reckoned from the time of one; the
figure then says "n of N". What cannot be begun within the limit is not run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from engine.threads import share_the_cores
from training.evaluation.benchmark import cpu_seconds, peak_bytes, run_apart
from training.evaluation.published import PUBLISHED, Built, OnUnit, Published

PAPER = "paper"
SPARE_SECONDS = 900.0
"""Beyond the limit: for building the model, and for its last unit."""


@dataclass(frozen=True)
class PeerRequest:
    """One measurement: a song of `seconds`, measured for about `limit` seconds at most."""

    peer: str
    seconds: float
    limit: float


@dataclass(frozen=True)
class PeerMeasurement:
    """`edit_seconds` and `cpu_seconds` are of a whole edit; where `units` of `total_units` were run, they are reckoned
    from these. `cpu_seconds` is the work of all cores, which other programs on the machine disturb less. A measurement
    that was not made has a `reason` and no figures."""

    peer: str
    seconds: float
    reason: str = ""
    edit_seconds: float | None = None
    cpu_seconds: float | None = None
    build_seconds: float | None = None
    peak_bytes: int | None = None
    units: int = 0
    total_units: int = 0
    unit_seconds: float | None = None
    precision: str = ""
    threads: int = 0
    finite: bool = True
    parameters: Mapping[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return self.edit_seconds is not None and self.units == self.total_units


def known_peers() -> dict[str, Published]:
    """Everything that is compared with ours: our `paper` configuration first."""
    return {PAPER: _paper(), **PUBLISHED}


def missing_packages(peer: Published) -> tuple[str, ...]:
    """Names to install by pip, of the packages that this peer needs and that are not there."""
    return tuple(name for module, name in peer.packages.items() if find_spec(module) is None)


def measure_peer(request: PeerRequest, shorter: PeerMeasurement | None = None) -> PeerMeasurement:
    """Measures in a fresh process. `shorter` is the same peer's last measurement: where it says that the fewest units
    would not fit into the limit, nothing is started. A failure is a measurement with a reason."""
    peer = known_peers()[request.peer]
    nothing = PeerMeasurement(request.peer, request.seconds)
    if missing := missing_packages(peer):
        return _because(nothing, f"not installed: pip install {' '.join(missing)}")
    if peer.longest is not None and request.seconds > peer.longest:
        return _because(nothing, f"the model ends at {peer.longest:g} s")
    if shorter is not None and shorter.unit_seconds is not None and peer.unit_grows:
        expected = peer.least * shorter.unit_seconds * request.seconds / shorter.seconds
        if expected > request.limit:
            return _because(nothing, f"not run: {peer.least} {peer.unit} alone would take about {expected:.0f} s")
    if shorter is not None and shorter.edit_seconds is None:
        return _because(nothing, f"not run: {shorter.seconds:g} s did not work")
    command = [sys.executable, "-m", "training.evaluation.peers", json.dumps(asdict(request))]
    done = run_apart(command, 2 * request.limit + SPARE_SECONDS)
    if done.failure:
        return _because(nothing, f"not run: {done.failure}")
    return PeerMeasurement(**json.loads(done.output))


def measure_built(built: Built, peer: Published, seconds: float, limit: float) -> dict[str, Any]:
    """Runs a model that is in memory, first for a few units and then for as many as fit into `limit` seconds.

    Returns the measured fields of PeerMeasurement. `peer.least` units are done even where they take longer than the
    limit, and then they are not done twice.
    """
    total = built.units(seconds)
    trial = _timed(built, seconds, min(peer.least, total))
    units = total
    if trial.whole(peer, total)[0] > limit:
        # What surrounds the loop is paid again, so that only what is left of the limit goes to units.
        units = int((limit - trial.around(peer)) / max(trial.unit, 1e-9))
        units = max(peer.least, min(units, total))
    final = trial if units <= trial.units and trial.wall > limit else _timed(built, seconds, units)
    wall, cpu = final.whole(peer, total)
    return {
        "edit_seconds": wall,
        "cpu_seconds": cpu,
        "units": final.units,
        "total_units": total,
        "unit_seconds": final.unit,
        "finite": final.finite,
    }


@dataclass(frozen=True)
class _Run:
    """A timed run: `wall` and `cpu` seconds of all of it, `unit` seconds of one unit."""

    units: int
    wall: float
    cpu: float
    unit: float
    finite: bool

    def around(self, peer: Published) -> float:
        """Seconds that a run takes whatever the number of units."""
        return 0.0 if peer.whole_scales else max(self.wall - self.units * self.unit, 0.0)

    def whole(self, peer: Published, total: int) -> tuple[float, float]:
        """(wall, cpu) seconds of `total` units."""
        if peer.whole_scales:
            return self.wall * total / self.units, self.cpu * total / self.units
        missing = total - self.units
        return self.wall + missing * self.unit, self.cpu + missing * self.unit * self.cpu / self.wall


def _timed(built: Built, seconds: float, units: int) -> _Run:
    marks: list[float] = []
    began, work = time.perf_counter(), cpu_seconds()
    output = built.run(seconds, units, lambda: marks.append(time.perf_counter()))
    wall, cpu = time.perf_counter() - began, cpu_seconds() - work
    # The first unit may hold what comes before the loop, so it counts only where there is no other.
    unit = (marks[-1] - marks[0]) / (len(marks) - 1) if len(marks) > 1 else wall / max(units, 1)
    return _Run(units, wall, cpu, unit, bool(np.isfinite(output).all()))


class _Paper:
    """Our `paper` configuration (Tables 7-9) as its networks run in the editor: the song is encoded in windows, heard
    by the listener, sampled in 200 steps and decoded. T5-large reads the text."""

    def __init__(self) -> None:
        import torch

        from engine.models.sizes import PAPER as CONFIGURATION
        from engine.networks import Networks

        bundle = _RandomBundle()
        self.configuration = CONFIGURATION
        self.ours = Networks(bundle, torch.device("cpu"))  # pyright: ignore[reportArgumentType]
        parts = {name: self.ours.part(name) for name in ("autoencoder", "unet", "listener")}
        self.parameters = {name: _parameters(part) for name, part in parts.items()}
        self.parameters["text encoder"] = _parameters(self.ours.text.model)  # pyright: ignore

    def units(self, seconds: float) -> int:
        return self.configuration.diffusion.sample_steps

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        from engine.grid import SAMPLE_RATE

        audio = np.random.default_rng(0).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)
        done = 0.0

        def advance(share: float) -> None:
            nonlocal done
            # It is called within steps, too, with the share that is done.
            if share > done:
                done = share
                on_unit()

        latents = self.ours.encode(audio, _unwatched)
        heard = self.ours.listen(audio, _unwatched)
        state = self.ours.sample(
            latents,
            heard.chords,
            "add strings",
            seed=0,
            steps=units,
            guidance_scale=self.configuration.diffusion.guidance_scale,
            step=advance,
        )
        return self.ours.decode(state["target"], audio.shape[0], _unwatched)[None]


class _RandomBundle:
    """What Networks asks of a bundle, with weights as they are before training."""

    def __init__(self) -> None:
        from engine.models.sizes import PAPER as CONFIGURATION
        from engine.vocabulary import Vocabulary

        self.configuration = CONFIGURATION
        self.vocabulary = Vocabulary.default()

    def part(self, name: str, device: Any) -> Any:
        from engine.models.build import build_part

        return build_part(name, self.configuration, self.vocabulary).to(device).eval().requires_grad_(False)

    def text_encoder(self) -> Any:
        return _RandomT5()


class _RandomT5:
    """The encoder of T5-large on words that mean nothing: as many as an instruction has."""

    channels = 1024

    def __init__(self) -> None:
        transformers: Any = import_module("transformers")
        sizes = {"d_model": 1024, "d_ff": 4096, "num_layers": 24, "num_heads": 16, "d_kv": 64, "vocab_size": 32_128}
        self.model = transformers.T5EncoderModel(transformers.T5Config(**sizes)).eval().requires_grad_(False)

    def encode(self, texts: Any) -> Any:
        import torch

        from engine.models.text import TextEmbedding

        words = torch.randint(0, 32_128, (len(texts), 8), generator=torch.Generator().manual_seed(0))
        states = self.model(input_ids=words).last_hidden_state.float()
        return TextEmbedding(states, torch.ones(words.shape, dtype=torch.bool))


def _paper() -> Published:
    from engine.models.sizes import PAPER_PARAMETERS

    return Published(
        name=PAPER,
        title="our `paper` configuration, 200 steps",
        does="edits 24 kHz mono by an instruction, as the paper describes it",
        unit="steps",
        unit_grows=True,
        counted="unet",
        stated=round(PAPER_PARAMETERS["unet"]),
        source="the paper's Table 9",
        packages={},
        against="add organ",
        build=_Paper,
    )


def _run(request: PeerRequest) -> PeerMeasurement:
    """In the process that is measured."""
    import torch

    torch.manual_seed(0)
    peer = known_peers()[request.peer]
    began = time.perf_counter()
    precision, inside = shared_precision()
    if peer.halves and precision == "bfloat16":
        # From the start, so that the peak of memory is not that of wider weights before.
        torch.set_default_dtype(torch.bfloat16)
    built = peer.build()
    torch.set_default_dtype(torch.float32)
    build_seconds = time.perf_counter() - began
    with torch.no_grad(), inside():
        found = measure_built(built, peer, request.seconds, request.limit)
    return PeerMeasurement(
        peer=request.peer,
        seconds=request.seconds,
        build_seconds=build_seconds,
        peak_bytes=peak_bytes(),
        precision=precision,
        threads=torch.get_num_threads(),
        parameters=dict(built.parameters),
        **found,
    )


def shared_precision() -> tuple[str, Callable[[], AbstractContextManager[Any]]]:
    """What our own networks run in on this machine: the peers run in the same."""
    import torch

    from engine.networks import fast_bfloat16

    if fast_bfloat16(torch.device("cpu")):
        return "bfloat16", lambda: torch.autocast("cpu", dtype=torch.bfloat16)
    return "float32", nullcontext


def _because(measurement: PeerMeasurement, reason: str) -> PeerMeasurement:
    return PeerMeasurement(measurement.peer, measurement.seconds, reason=reason)


def _parameters(module: Any) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _unwatched(share: float) -> None:
    """Progress that nobody looks at."""


def main() -> None:
    share_the_cores()
    measurement = _run(PeerRequest(**json.loads(sys.argv[1])))
    print(json.dumps(asdict(measurement)))


if __name__ == "__main__":
    main()
