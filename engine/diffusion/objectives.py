"""What the network is trained to predict, and how a sampler turns its predictions back into latents.

z0 is the clean state (B, S * C, F): what is sampled together, each with C channels. Networks are given times
from 0 (clean) to 1000 (noise) under both objectives.
"""

from __future__ import annotations

import math
from typing import Any, Literal, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from torch import Tensor

from engine.diffusion.condition import Condition, Network
from engine.models.configuration import DiffusionConfiguration
from engine.score import KEYS

LARGEST_LATENT = 5.0
"""Bound of DDIM's estimates of z0, in standard deviations of latents. At the noisy end of the linear schedule z0 takes
157 times the error of the predicted noise, which later steps make good only if it stays bounded: for a network
of 400 training steps on a toy task the error of 50 steps is 335 without a bound, 3.4 with 10, and 0.2 with 5."""

SUREST = 1 - 1e-6
"""Bound of estimates whose logits are wanted."""

TIME_SCALE = 1000.0
"""Networks see the flow's times 0..1 on the scale of the paper's thousand steps."""


class Schedule(Protocol):
    """One way from noise to data in some steps. `prediction` is what the objective trains, without sigma."""

    times: list[float]
    """The network's time at each step, falling."""

    def clean(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        """The estimate of z0 that a prediction at step `index` implies."""
        ...

    def prediction(self, clean: Tensor, index: int, state: Tensor) -> Tensor:
        """The prediction that implies `clean`; the inverse of `clean`."""
        ...

    def noised(self, clean: Tensor, noise: Tensor, index: int) -> Tensor:
        """The state before step `index` of what is known to end at `clean`."""
        ...

    def step(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        """The state after step `index`. Steps are taken in order, each once, from any on."""
        ...


class Objective(Protocol):
    """A training loss, and the schedule that samples what it trained."""

    def loss(
        self,
        network: Network,
        z0: Tensor,
        condition: Condition,
        generator: torch.Generator,
        weights: Tensor | None = None,
    ) -> Tensor:
        """The mean loss of one batch at random times.

        `weights` broadcast to z0: (B, 1, 1) for examples, (B, 1, F) for frames, (B, S * C, F) for all. The
        loss is their weighted mean. All chance comes out of `generator`, whatever device the batch is on.
        """
        ...

    def schedule(self, steps: int) -> Schedule: ...


def build_objective(config: DiffusionConfiguration) -> Objective:
    """The objective that the configuration names. Sigma is learnt where the network predicts it."""
    match config.objective:
        case "epsilon":
            return EpsilonObjective(config.train_steps)
        case "flow":
            return FlowObjective(shift=config.shift)
        case "binary_flow":
            return BinaryFlowObjective(shift=config.shift, sharpness=config.sharpness, groups=(KEYS, KEYS))


class EpsilonObjective:
    """Eq. 1-3: noise is added by a linear schedule of betas, and the network predicts it.

    Where the network gives twice as many channels as z0 has ("Learn Sigma Variance", Table 9), the
    second half places the variance of the reverse step between its two bounds and is trained by the
    variational bound of improved DDPM (Nichol and Dhariwal 2021, arXiv 2102.09672).
    """

    def __init__(self, train_steps: int = 1000) -> None:
        self.train_steps = train_steps
        self._scheduler = _ddim(train_steps)
        # In double: neighbouring products differ by 1e-4, and posteriors divide by their differences.
        betas = self._scheduler.betas.double()
        product = torch.cumprod(1 - betas, 0)
        before = torch.cat([torch.ones(1, dtype=torch.float64), product[:-1]])
        posterior = betas * (1 - before) / (1 - product)
        # The first posterior variance is zero; its log is taken from the second.
        self._log_posterior = torch.cat([posterior[1:2], posterior[1:]]).log().float()
        self._log_beta = betas.log().float()
        self._product = product.float()
        self._from_clean = (betas * before.sqrt() / (1 - product)).float()
        self._from_state = ((1 - before) * (1 - betas).sqrt() / (1 - product)).float()

    def loss(
        self,
        network: Network,
        z0: Tensor,
        condition: Condition,
        generator: torch.Generator,
        weights: Tensor | None = None,
    ) -> Tensor:
        draw = torch.randint(self.train_steps, (z0.shape[0],), generator=generator, device=generator.device)
        steps = draw.to(z0.device)
        noise = _noise_like(z0, generator)
        state = self.noised(z0, noise, steps)
        time = steps.float() * (TIME_SCALE / self.train_steps)
        prediction = condition.predict(network, state, time).float()
        epsilon = prediction[:, : z0.shape[1]]
        error = (noise - epsilon).square()
        if prediction.shape[1] == 2 * z0.shape[1]:
            # The bound is a sum over all steps; a thousandth of it, as in improved DDPM, estimated by one of them.
            share = self.train_steps / 1000
            error = error + share * self._bound(z0, state, epsilon.detach(), prediction[:, z0.shape[1] :], steps)
        return _weighted_mean(error, weights)

    def noised(self, z0: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        """q(z_t | z_0), Eq. 1. steps: (B,) whole numbers below train_steps."""
        product = _at(self._product, steps)
        return product.sqrt() * z0 + (1 - product).sqrt() * noise

    def schedule(self, steps: int) -> Schedule:
        return DdimSchedule(self.train_steps, steps)

    def _bound(self, z0: Tensor, state: Tensor, epsilon: Tensor, sigma: Tensor, steps: Tensor) -> Tensor:
        """One term of the variational bound per value, in bits. The mean is not trained by it."""
        product = _at(self._product, steps)
        clean = (state - (1 - product).sqrt() * epsilon) / product.sqrt()
        from_clean, from_state = _at(self._from_clean, steps), _at(self._from_state, steps)
        true_mean = from_clean * z0 + from_state * state
        mean = from_clean * clean + from_state * state
        low, high = _at(self._log_posterior, steps), _at(self._log_beta, steps)
        share = (sigma + 1) / 2
        log_variance = share * high + (1 - share) * low
        off = (true_mean - mean).square()
        divergence = 0.5 * (log_variance - low - 1 + (low - log_variance).exp() + off * (-log_variance).exp())
        likelihood = 0.5 * (math.log(2 * math.pi) + log_variance + (z0 - mean).square() * (-log_variance).exp())
        first = (steps == 0)[:, None, None]
        return torch.where(first, likelihood, divergence) / math.log(2)


class DdimSchedule:
    """DDIM without noise (eta 0) through diffusers' scheduler; the last step lands on the estimate of z0."""

    def __init__(self, train_steps: int, steps: int) -> None:
        self._scheduler = _ddim(train_steps)
        self._scheduler.set_timesteps(steps)
        self._steps = [int(step) for step in self._scheduler.timesteps]
        self._product = [float(self._scheduler.alphas_cumprod[step]) for step in self._steps]
        self.times = [step * TIME_SCALE / train_steps for step in self._steps]

    def clean(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        product = self._product[index]
        clean = (state - math.sqrt(1 - product) * prediction) / math.sqrt(product)
        return clean.clamp(-LARGEST_LATENT, LARGEST_LATENT)

    def prediction(self, clean: Tensor, index: int, state: Tensor) -> Tensor:
        product = self._product[index]
        return (state - math.sqrt(product) * clean) / math.sqrt(1 - product)

    def noised(self, clean: Tensor, noise: Tensor, index: int) -> Tensor:
        product = self._product[index]
        return math.sqrt(product) * clean + math.sqrt(1 - product) * noise

    def step(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        return self._scheduler.step(prediction, self._steps[index], state, eta=0.0, return_dict=False)[0]


class FlowObjective:
    """Flow matching on straight paths z_t = (1 - t) z0 + t noise; the network predicts their velocity, noise - z0.

    Times are logit-normal (Stable Diffusion 3, arXiv 2403.03206): most in the middle, where the velocity is
    hardest to tell; or uniform. `shift` moves them, and those of the sampler, towards noise.
    """

    def __init__(self, times: Literal["logit_normal", "uniform"] = "logit_normal", shift: float = 1.0) -> None:
        self.times = times
        self.shift = shift

    def loss(
        self,
        network: Network,
        z0: Tensor,
        condition: Condition,
        generator: torch.Generator,
        weights: Tensor | None = None,
    ) -> Tensor:
        time, noise, state = self._drawn(z0, generator)
        velocity = condition.predict(network, state, time * TIME_SCALE).float()
        return _weighted_mean((noise - z0 - velocity).square(), weights)

    def schedule(self, steps: int) -> Schedule:
        return EulerSchedule(steps, self.shift)

    def _drawn(self, z0: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Times (B,), noise, and the states between it and z0."""
        if self.times == "uniform":
            time = torch.rand(z0.shape[0], generator=generator, device=generator.device)
        else:
            time = torch.randn(z0.shape[0], generator=generator, device=generator.device).sigmoid()
        time = (self.shift * time / (1 + (self.shift - 1) * time)).to(z0.device)
        noise = _noise_like(z0, generator)
        return time, noise, torch.lerp(z0, noise, time[:, None, None])


class BinaryFlowObjective(FlowObjective):
    """The same paths for data in -1..1 that is mostly one of the two: notes and rests.

    The network gives logits l of z0, of which the estimate is E[z0] = tanh(l / 2), and is trained by cross-entropy
    against (z0 + 1) / 2, which for values in between has its minimum at their mean, too. A network narrower than
    the data cannot carry the noise that a velocity holds, and here need not (Li and He 2025, arXiv 2511.13720).
    """

    def __init__(
        self,
        times: Literal["logit_normal", "uniform"] = "uniform",
        shift: float = 1.0,
        sharpness: float = 1.0,
        groups: tuple[int, ...] = (),
    ) -> None:
        """`sharpness` and `groups`: of the sampler, see BinaryEulerSchedule."""
        super().__init__(times, shift)
        self.sharpness = sharpness
        self.groups = groups

    def loss(
        self,
        network: Network,
        z0: Tensor,
        condition: Condition,
        generator: torch.Generator,
        weights: Tensor | None = None,
    ) -> Tensor:
        time, _, state = self._drawn(z0, generator)
        logits = condition.predict(network, state, time * TIME_SCALE).float()
        error = F.binary_cross_entropy_with_logits(logits, (z0 + 1) / 2, reduction="none")
        return _weighted_mean(error, weights)

    def schedule(self, steps: int) -> Schedule:
        return BinaryEulerSchedule(steps, self.shift, self.sharpness, self.groups)


class EulerSchedule:
    """Euler steps along the flow, of equal length but for the shift, through diffusers' scheduler."""

    def __init__(self, steps: int, shift: float = 1.0) -> None:
        # Any: diffusers' annotations ask for FloatTensor, which no tensor is to a type checker.
        self._scheduler: Any = FlowMatchEulerDiscreteScheduler(num_train_timesteps=int(TIME_SCALE), shift=shift)
        self._scheduler.set_timesteps(sigmas=np.linspace(1, 1 / steps, steps).tolist())
        self._sigmas = [float(sigma) for sigma in self._scheduler.sigmas[:steps]]
        self._timesteps: Any = self._scheduler.timesteps
        self.times = [sigma * TIME_SCALE for sigma in self._sigmas]

    def clean(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        return state - self._sigmas[index] * prediction

    def prediction(self, clean: Tensor, index: int, state: Tensor) -> Tensor:
        return (state - clean) / self._sigmas[index]

    def noised(self, clean: Tensor, noise: Tensor, index: int) -> Tensor:
        return torch.lerp(clean, noise, self._sigmas[index])

    def step(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        return self._scheduler.step(prediction, self._timesteps[index], state, return_dict=False)[0]


class BinaryEulerSchedule(EulerSchedule):
    """The same steps where the prediction is logits of z0.

    On the way from noise to data the mean of what is expected stays what it was (a martingale). A network that has
    learnt little does not keep to this: what it samples is not quite what it was trained on, so it expects fewer notes
    from step to step. So in each of `groups`, so many rows one after the other from the first on, the logits are moved
    until as much is expected as in the first step taken. `sharpness` multiplies them before that: above 1 the likelier
    notes are preferred and the number of notes stays.
    """

    def __init__(self, steps: int, shift: float = 1.0, sharpness: float = 1.0, groups: tuple[int, ...] = ()) -> None:
        super().__init__(steps, shift)
        self._sharpness = sharpness
        self._groups = groups
        self._usual: list[Tensor] = []

    def clean(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        logits = prediction
        if self._groups:
            pieces = list(prediction.split([*self._groups, prediction.shape[1] - sum(self._groups)], dim=1))
            if not self._usual:
                self._usual = [piece.sigmoid().mean(dim=(1, 2)) for piece in pieces[:-1]]
            pieces[:-1] = [
                _with_mean(self._sharpness * piece, usual)
                for piece, usual in zip(pieces[:-1], self._usual, strict=True)
            ]
            logits = torch.cat(pieces, dim=1)
        return torch.tanh(logits / 2)

    def prediction(self, clean: Tensor, index: int, state: Tensor) -> Tensor:
        return 2 * torch.atanh(clean.clamp(-SUREST, SUREST))

    def step(self, prediction: Tensor, index: int, state: Tensor) -> Tensor:
        velocity = super().prediction(self.clean(prediction, index, state), index, state)
        return super().step(velocity, index, state)


def _with_mean(logits: Tensor, mean: Tensor) -> Tensor:
    """Logits (B, C, F), each example's moved by one number so that the mean of their probabilities is `mean` (B,)."""
    low, high = torch.full_like(mean, -30.0), torch.full_like(mean, 30.0)
    for _ in range(30):
        middle = (low + high) / 2
        few = (logits + middle[:, None, None]).sigmoid().mean(dim=(1, 2)) < mean
        low, high = torch.where(few, middle, low), torch.where(few, high, middle)
    return logits + ((low + high) / 2)[:, None, None]


def _ddim(train_steps: int) -> DDIMScheduler:
    # The bounds of the linear schedule are those of DDPM for a thousand steps. Trailing spacing starts at pure noise.
    scale = 1000 / train_steps
    return DDIMScheduler(
        num_train_timesteps=train_steps,
        beta_start=1e-4 * scale,
        beta_end=min(0.02 * scale, 0.999),
        beta_schedule="linear",
        clip_sample=True,
        clip_sample_range=LARGEST_LATENT,
        set_alpha_to_one=True,
        timestep_spacing="trailing",
    )


def _noise_like(z0: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(z0.shape, generator=generator, device=generator.device).to(z0.device)


def _at(values: Tensor, steps: Tensor) -> Tensor:
    """The value of each example's step, shaped to multiply (B, C, F)."""
    return values.to(steps.device)[steps][:, None, None]


def _weighted_mean(error: Tensor, weights: Tensor | None) -> Tensor:
    if weights is None:
        return error.mean()
    weights = weights.expand_as(error)
    return (weights * error).sum() / weights.sum().clamp_min(1e-8)
