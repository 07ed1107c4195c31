"""The autoencoder's stage: whatever music there is, to latents and back; sums of latents to sums of sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.discriminator import Discriminator, adversarial_losses, discriminator_loss
from training.evaluation.metrics import si_sdr
from training.losses import RESOLUTIONS, multi_resolution_loss, si_sdr_loss, spectral_losses
from training.settings import AutoencoderSettings
from training.stages.base import Batch, Metrics, Scene, Stage, mean
from training.stages.mixing import coloured, cut, random_gain, safe_gain, stacked, sub_band, whole_frames

WHOLE, PART = 0.4, 0.35
"""Shares of whole mixes and of parts of bands; the rest are single stems."""

SI_SDR_LIMIT_DB = 25.0


class AutoencoderStage(Stage):
    """The second half of every batch is for sums: each of its items joins one of the first half."""

    name = "autoencoder"
    part = "autoencoder"
    settings: AutoencoderSettings

    def build(self) -> nn.Module:
        if self.settings.discriminator_start:
            self.companion = Discriminator()
        return super().build()

    def begin_from(self, network: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """A spectral autoencoder goes on from one with fewer latent channels."""
        return network.widened(weights) if self.configuration.autoencoder.kind == "spectral" else weights

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """audio (B, 1, T); gains (B,) with which halves are summed."""
        samples = whole_frames(self.settings.seconds)
        made = []
        for index in range(self.settings.batch):
            piece = cut(scenes[index % len(scenes)][0], samples, rng)
            names = piece.sounding or list(piece.stems)
            chance = rng.random()
            if chance > WHOLE:
                names = sub_band(names, rng) if chance < WHOLE + PART else [str(rng.choice(names))]
            audio = piece.mix(names)
            if rng.random() < 0.3:
                audio = coloured(audio, rng)
            audio = audio * safe_gain(audio, random_gain(rng))
            made.append({"audio": audio[None], "gains": random_gain(rng, -6.0, 3.0)})
        return stacked(made)

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Reconstruction of the first half, and of gained sums of both halves from gained sums of latents."""
        audio, gains = batch["audio"], batch["gains"][:, None, None]
        fixed = self.configuration.autoencoder.kind == "spectral"  # the paper's network predicts its own deviation
        latents = network.encode_distribution(audio, *([self.settings.latent_noise] if fixed else []))
        sampled = latents.sample(generator)
        half = audio.shape[0] // 2
        if self.settings.linear_weight and half:
            one, two = slice(0, half), slice(half, 2 * half)
            joined = gains[one] * sampled[one] + gains[two] * sampled[two]
            decoded = network.decode_raw(torch.cat([sampled[one], joined]))
            alone, summed = decoded.split(half)
            rebuilt, values = self._distance(alone, audio[one])
            linear, _ = self._distance(summed, gains[one] * audio[one] + gains[two] * audio[two])
            real = audio[one]
        else:
            alone = network.decode_raw(sampled)
            rebuilt, values = self._distance(alone, audio)
            linear = rebuilt.new_zeros(())
            real = audio
        penalty = latents.kl()
        total = rebuilt + self.settings.linear_weight * linear + self.settings.latent_penalty * penalty
        values = {**values, "linear": linear, "kl": penalty}
        if self.companion is not None and self.step >= self.settings.discriminator_start:
            judged, figures = self._judged(alone, real)
            total, values = total + judged, {**values, **figures}
        return total, values

    def _judged(self, fake: Tensor, real: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Both players' losses in one sum: each sees the other's weights as constants, so that one backward serves."""
        judge = self.companion
        assert judge is not None
        of_judge = discriminator_loss(judge(real), judge(fake.detach()))
        constants = {name: value.detach() for name, value in judge.named_parameters()}
        with torch.no_grad():
            wanted = torch.func.functional_call(judge, constants, (real,))
        hinge, features = adversarial_losses(wanted, torch.func.functional_call(judge, constants, (fake,)))
        total = of_judge + self.settings.discriminator_weight * hinge + self.settings.feature_weight * features
        return total, {"judge": of_judge, "hinge": hinge, "features": features}

    def _distance(self, estimate: Tensor, reference: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        estimate, reference = estimate[:, 0], reference[:, 0]
        drawn = np.random.default_rng([self.seed, self.step]).permutation(RESOLUTIONS)[: self.settings.resolutions]
        spectral = multi_resolution_loss(estimate, reference, tuple(int(size) for size in drawn))
        waveform = si_sdr_loss(estimate, reference, SI_SDR_LIMIT_DB)
        total = self.settings.spectral_weight * spectral + 0.1 * self.settings.waveform_weight * waveform
        return total, {"spectral": spectral, "si_sdr": -waveform}

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """SI-SDR (dB) and log-spectral distance of the round trip, and SI-SDR of a sum of two latents."""
        figures: dict[str, list[float]] = {"si_sdr": [], "log_spectral": [], "sum_si_sdr": []}
        for batch in self.validation_batches(device):
            audio = batch["audio"]
            latents = network.encode(audio)
            half = audio.shape[0] // 2
            decoded = network.decode(torch.cat([latents, latents[:half] + latents[half : 2 * half]])).float()
            summed = audio[:half] + audio[half : 2 * half]
            for estimate, reference in zip(decoded[: len(audio)], audio, strict=True):
                _note(figures["si_sdr"], estimate, reference)
            for estimate, reference in zip(decoded[len(audio) :], summed, strict=True):
                _note(figures["sum_si_sdr"], estimate, reference)
            figures["log_spectral"].append(float(spectral_losses(decoded[: len(audio), 0], audio[:, 0])[1]))
        return {name: mean(values) for name, values in figures.items() if values}

    def finish(self, network: Any, device: torch.device) -> None:
        """Unit variance of the latents, measured on songs of the validation: the samplers expect it."""
        network.measure_latents(batch["audio"] for batch in self.validation_batches(device))


def _note(values: list[float], estimate: Tensor, reference: Tensor) -> None:
    value = si_sdr(estimate[0].cpu().numpy(), reference[0].cpu().numpy())
    if value is not None:
        values.append(value)
