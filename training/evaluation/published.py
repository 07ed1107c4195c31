"""Published architectures with random weights, each built by its own package: what an edit costs with them.

Speed does not depend on what the weights say, so nothing is downloaded. The sizes below are facts of the published
models, written down by hand; a test of each is that the parameters come out as published. Each entry of PUBLISHED says
what the model does and names the function that builds it; `training.evaluation.peers` measures them.

A built model is run for a number of units: sampling steps, tokens, or segments of the song.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np

OnUnit = Callable[[], object]
"""Called after each unit."""


class Built(Protocol):
    """A model in memory. `parameters`: part -> count."""

    parameters: dict[str, int]

    def units(self, seconds: float) -> int:
        """How many units a song of this length takes."""
        ...

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        """Do `units` of them and everything around, and return the output (channels, samples)."""
        ...


@dataclass(frozen=True)
class Published:
    """`counted`: the part whose parameters are compared with `stated`, and where that number stands. `longest`: seconds
    that the model can do, None for any. `against`: which of our edits does the same for a user.
    `whole_scales`: a run of fewer units is cheaper in all its parts (segments of a song), not in its loop alone.
    `unit_grows`: one unit costs more on a longer song. `least`: units that are run however long they take. `halves`:
    weights are held in half precision where that is computed in, as users of large models do."""

    name: str
    title: str
    does: str
    unit: str
    counted: str
    stated: int
    source: str
    packages: Mapping[str, str]
    against: str
    build: Callable[[], Built]
    longest: float | None = None
    whole_scales: bool = False
    unit_grows: bool = False
    least: int = 2
    halves: bool = False


def _draw() -> Any:
    """The same random numbers for every run, on the CPU whatever the default device."""
    import torch

    return torch.Generator("cpu").manual_seed(0)


def _package(name: str) -> Any:
    """A package by name. Its own type hints are left aside: they are narrower than what it takes."""
    return import_module(name)


def _count(module: Any) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


class _HTDemucs:
    """The four-stem model of `demucs`: segments of 7.8 s that overlap by a quarter, as its command runs them."""

    def __init__(self) -> None:
        from fractions import Fraction

        sources = ["drums", "bass", "other", "vocals"]
        self.model = (
            _package("demucs.htdemucs")
            .HTDemucs(
                sources, channels=48, depth=4, dconv_mode=3, bottom_channels=512, t_layers=5, segment=Fraction(39, 5)
            )
            .eval()
        )
        self.parameters = {"network": _count(self.model)}
        self.stride = 0.75 * 7.8

    def units(self, seconds: float) -> int:
        # apply_model adds up to half a second of random shift, as the command does by default.
        return int(-(-(seconds + 0.5) // self.stride))

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        import torch

        if units < self.units(seconds):
            seconds = max(units * self.stride - 0.5, 1.0)
        mix = torch.randn(1, 2, round(seconds * 44_100), generator=_draw()) * 0.1

        def heard(event: dict[str, Any]) -> None:
            if event["state"] == "end":
                on_unit()

        stems = _package("demucs.apply").apply_model(
            self.model, mix, shifts=1, split=True, overlap=0.25, callback=heard
        )
        # "Remove drums": everything else, summed.
        return stems[0, 1:].sum(0).float().numpy()


class _StableAudio:
    """Stable Audio Open 1.0 in diffusers. It always computes its whole window of 47 s and cuts the song out of it."""

    STEPS = 100
    """The pipeline's default; the model card's example takes 200."""

    def __init__(self) -> None:
        import torch

        diffusers, pipelines = _package("diffusers"), _package("diffusers.pipelines.stable_audio")
        # The classes' defaults are the published model's sizes.
        transformer, vae = diffusers.StableAudioDiTModel().eval(), diffusers.AutoencoderOobleck().eval()
        projection = pipelines.StableAudioProjectionModel(
            text_encoder_dim=768, conditioning_dim=768, min_value=0, max_value=512
        ).eval()
        self.text = _package("transformers").T5EncoderModel(_t5_base()).eval()
        # The published scheduler adds noise by a package of its own (torchsde); this one of the same family and the
        # same number of evaluations does without.
        parts: dict[str, Any] = {"vae": vae, "text_encoder": self.text, "transformer": transformer}
        with torch.device("cpu"):
            scheduler = diffusers.EDMDPMSolverMultistepScheduler()
        parts |= {"projection_model": projection, "scheduler": scheduler, "tokenizer": None}
        self.pipeline = pipelines.StableAudioPipeline(**parts)
        self.pipeline.set_progress_bar_config(disable=True)
        self.parameters = {
            "transformer": _count(transformer),
            "autoencoder": _count(vae),
            "text encoder": _count(self.text),
        }
        self.words = torch.randint(0, 32_128, (1, 128), generator=_draw(), device="cpu")

    def units(self, seconds: float) -> int:
        return self.STEPS

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        import torch

        states = self.text(input_ids=self.words).last_hidden_state
        seen = torch.ones_like(self.words)
        audio = self.pipeline(
            prompt_embeds=states,
            negative_prompt_embeds=torch.zeros_like(states),
            attention_mask=seen,
            negative_attention_mask=seen,
            audio_end_in_s=seconds,
            num_inference_steps=units,
            generator=_draw(),
            callback=lambda *_: on_unit(),
        ).audios[0]
        return audio.float().numpy()


class _AudioLDM2:
    """AudioLDM2's music model in diffusers: latent diffusion on mel spectrograms, 200 steps like the paper's. Its
    language model (GPT-2) and its texts' encoders run once and are left out: in its favour."""

    STEPS = 200

    def __init__(self) -> None:
        import torch

        diffusers, transformers = _package("diffusers"), _package("transformers")
        down = ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D")
        up = ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")
        self.unet = diffusers.AudioLDM2UNet2DConditionModel(
            sample_size=256,
            in_channels=8,
            out_channels=8,
            down_block_types=down,
            up_block_types=up,
            block_out_channels=(128, 256, 384, 640),
            cross_attention_dim=tuple((None, 768, 1024) for _ in range(4)),
            attention_head_dim=8,
            layers_per_block=2,
            transformer_layers_per_block=1,
        ).eval()
        self.vae = diffusers.AutoencoderKL(
            in_channels=1,
            out_channels=1,
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            block_out_channels=(128, 256, 512),
            layers_per_block=2,
            latent_channels=8,
            sample_size=1024,
        ).eval()
        self.vocoder = transformers.SpeechT5HifiGan(
            transformers.SpeechT5HifiGanConfig(
                model_in_dim=64,
                sampling_rate=16_000,
                upsample_initial_channel=1024,
                upsample_rates=[5, 4, 2, 2, 2],
                upsample_kernel_sizes=[16, 16, 8, 4, 4],
                normalize_before=False,
            )
        ).eval()
        self.scheduler = diffusers.DDIMScheduler(clip_sample=False, beta_schedule="scaled_linear")
        self.parameters = {
            "U-Net": _count(self.unet),
            "autoencoder": _count(self.vae),
            "vocoder": _count(self.vocoder),
        }
        draw = _draw()
        self.language = torch.randn(2, 8, 768, generator=draw, device="cpu")
        self.words = torch.randn(2, 16, 1024, generator=draw, device="cpu")

    def units(self, seconds: float) -> int:
        return self.STEPS

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        import torch

        draw = _draw()
        # Frames of 10 ms; the pipeline, too, rounds them up to the autoencoder's four.
        frames = 4 * -(-round(seconds * 100) // 4)
        latents = torch.randn(1, 8, frames // 4, 16, generator=draw)
        self.scheduler.set_timesteps(units)
        for time in self.scheduler.timesteps:
            noise = self.unet(
                torch.cat([latents] * 2),
                time,
                encoder_hidden_states=self.language,
                encoder_hidden_states_1=self.words,
                return_dict=False,
            )[0]
            without, with_text = noise.float().chunk(2)
            noise = without + 3.5 * (with_text - without)
            latents = self.scheduler.step(noise, int(time), latents).prev_sample
            on_unit()
        mel = self.vae.decode(latents / self.vae.config.scaling_factor).sample
        return self.vocoder(mel[0, 0].float()).float().numpy()[None, : round(seconds * 16_000)]


class _MusicGen:
    """MusicGen small in transformers: fifty tokens of four codebooks a second, one after the other."""

    def __init__(self) -> None:
        import torch

        transformers = _package("transformers")
        codec = transformers.EncodecConfig(
            sampling_rate=32_000,
            audio_channels=1,
            num_filters=64,
            upsampling_ratios=[8, 5, 4, 4],
            codebook_size=2048,
            codebook_dim=128,
            hidden_size=128,
            use_causal_conv=False,
            use_conv_shortcut=False,
            target_bandwidths=[2.2],
            num_lstm_layers=2,
            num_residual_layers=1,
        )
        decoder = transformers.MusicgenDecoderConfig(
            vocab_size=2048,
            num_hidden_layers=24,
            ffn_dim=4096,
            num_attention_heads=16,
            hidden_size=1024,
            num_codebooks=4,
            audio_channels=1,
        )
        configuration = transformers.MusicgenConfig(text_encoder=_t5_base(), audio_encoder=codec, decoder=decoder)
        self.model = transformers.MusicgenForConditionalGeneration(configuration).eval()
        self.parameters = {
            "decoder": _count(self.model.decoder),
            "text encoder": _count(self.model.text_encoder),
            "codec": _count(self.model.audio_encoder),
        }
        self.words = torch.randint(0, 32_128, (1, 16), generator=_draw(), device="cpu")

    def units(self, seconds: float) -> int:
        # Three more than the song has, for the delay between the codebooks.
        return round(50 * seconds) + 3

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        import torch

        transformers = _package("transformers")

        class Counted(transformers.StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                on_unit()
                return torch.zeros(input_ids.shape[0], dtype=torch.bool)

        torch.manual_seed(0)
        audio = self.model.generate(
            input_ids=self.words,
            attention_mask=torch.ones_like(self.words),
            max_new_tokens=units,
            min_new_tokens=units,
            do_sample=True,
            guidance_scale=3.0,
            stopping_criteria=transformers.StoppingCriteriaList([Counted()]),
        )
        return audio[0].float().numpy()


def _t5_base() -> Any:
    """The encoder of T5-base, which Stable Audio Open and MusicGen read texts with."""
    return _package("transformers").T5Config(
        d_model=768, d_ff=3072, num_layers=12, num_heads=12, d_kv=64, vocab_size=32_128
    )


PUBLISHED: Mapping[str, Published] = {
    peer.name: peer
    for peer in (
        Published(
            name="htdemucs",
            title="HTDemucs (`htdemucs`)",
            does="separates 44.1 kHz stereo into drums, bass, vocals and the rest; nothing is added",
            unit="segments",
            counted="network",
            stated=41_984_456,
            source="its checkpoint 955717e8, 84 MB in float16",
            packages={"demucs": "demucs"},
            against="remove drums",
            build=_HTDemucs,
            whole_scales=True,
        ),
        Published(
            name="audioldm2",
            halves=True,
            title="AudioLDM2 (`audioldm2-music`)",
            does="generates 16 kHz mono from text in 200 steps; does not hear a source. Its text encoders and GPT-2, "
            "which run once, are left out",
            unit_grows=True,
            unit="steps",
            counted="U-Net",
            stated=350_000_000,
            source="the diffusers manual",
            packages={},
            against="add organ",
            build=_AudioLDM2,
        ),
        Published(
            name="stable-audio",
            halves=True,
            title="Stable Audio Open 1.0",
            does="generates 44.1 kHz stereo from text in 100 steps, always 47 s and then cut; does not hear a source",
            unit="steps",
            counted="transformer",
            stated=1_057_000_000,
            source="its paper, arXiv 2407.14358",
            packages={},
            against="add organ",
            build=_StableAudio,
            longest=47.5,
        ),
        Published(
            name="musicgen",
            halves=True,
            title="MusicGen small",
            does="generates 32 kHz mono from text; does not hear a source",
            unit="tokens",
            counted="decoder",
            stated=420_000_000,
            source='its checkpoint, 841 MB in float16; "300M" leaves out text attention and embeddings',
            packages={},
            against="add organ",
            build=_MusicGen,
            longest=30.0,
            # A second of music: the first tokens are cheaper than the last.
            least=50,
        ),
    )
}
