"""The card of a model: what it is for, what it was made from and how good it is, in one page of Markdown.

Facts come from the bundle's model.json (provenance, metrics, limits, vocabulary, hashes) and from the JSON files that
the evaluations write. What neither says is said to be unknown, never guessed. The card lies beside model.json; it is
not one of the files that model.json hashes, so that writing it leaves the bundle whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.bundle import Bundle
from engine.errors import UserError
from engine.instruction import Operation
from engine.score import CHANNELS

CARD = "MODEL_CARD.md"

RESULTS = ("results", "chords", "benchmark", "peers")
"""Names of the JSON files that are looked for in docs/ where none are named."""

DATA = {
    "composed": "Composed by this program as it trains: harmony, patterns and melodies by rule; ours",
    "arrangements": "Charts of POP909 (MIT) arranged in twelve genres; ours",
    "pop909": "POP909: melodies, bridges, pianos, chords and beats of 909 pop songs; MIT",
    "groove": "Groove MIDI Dataset: human drum performances; CC-BY 4.0, Gillick et al. 2019",
    "freedoom": "Freedoom: human multi-track MIDI; BSD-3",
    "openmsx": "OpenMSX: human multi-track MIDI; GPL-2",
    "real_cc0": "Everything Is Remixed: real electronic songs as stems; CC0",
    "soundfonts": "Played by these soundfonts and drum kits, each under its own licence",
    "samples": "Recorded notes of instruments and drum kits beside them, each under its own licence",
}
"""First word of a line of the provenance -> what that collection is."""

FLOOR, CEILING = "unedited", "target"
OUTPUTS = {
    FLOOR: "unedited (floor)",
    "rendered": "**rendered: what users get**",
    "decoded": "decoded, as in the paper",
    "round_trip": "true target through the autoencoder",
    CEILING: "true target (ceiling)",
}


@dataclass(frozen=True)
class Figure:
    """A metric as a column: `percent` for shares."""

    metric: str
    title: str
    percent: bool = False


FIGURES = (
    Figure("si_sdr", "SI-SDR, dB"),
    Figure("si_sdri", "improvement, dB"),
    Figure("fad", "FAD, our listener's features"),
    Figure("ia", "instruction accuracy", True),
    Figure("cra", "chords as target", True),
    Figure("chords_target", "chords as target", True),
    Figure("pch", "pitch classes", True),
    Figure("ioi", "onset intervals", True),
    Figure("followed", "edit heard", True),
)
"""Those that any row of the results knows become columns."""

ABSENT_FIGURES = (Figure("residual_db", "change or rest, dB"), Figure("level_db", "level, dBFS"))
"""Of edits about instruments that are not there: removing one must change nothing, extracting it give silence."""


def read_results(bundle: Bundle, paths: Sequence[Path] = ()) -> dict[str, Any]:
    """File's name without ".json" -> its content, of results that were measured with this bundle.

    Without `paths`, those of docs/ that say by their hashes that they were; a named file may leave that unsaid. Raises
    UserError for a named file that is missing, is not what an evaluation writes, or is of another model.
    """
    found: dict[str, Any] = {}
    for path in paths or [path for name in RESULTS if (path := Path("docs") / f"{name}.json").is_file()]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UserError(f"there is no file {path}", "name what an evaluation wrote by --output") from error
        except (OSError, ValueError) as error:
            raise UserError(f"{path} is not JSON ({error})", "name what an evaluation wrote by --output") from error
        if not isinstance(content, dict):
            raise UserError(f"{path} is not a result", "name what an evaluation wrote by --output")
        ours = measured_with(bundle, content)
        if paths and ours is False:
            raise UserError(f"{path} was measured with another model than {bundle.folder}", "measure this one first")
        if ours or paths:
            found[path.stem] = content
    return found


def identity(bundle: Bundle) -> dict[str, str]:
    """Which weights these are, whatever the folder is called: what results carry as "model"."""
    return {name: entry["sha256"] for name, entry in sorted(bundle.manifest["files"].items())}


def measured_with(bundle: Bundle, result: Mapping[str, Any]) -> bool | None:
    """Whether the hashes in a result are this bundle's; None where it has none.

    They stand under "model" as file -> SHA-256, which may be of those files only that were used. A result of several
    "models" is that of the first.
    """
    models = result.get("models")
    hashes = models[0].get("files") if isinstance(models, list) and models else result.get("model")
    if not isinstance(hashes, Mapping) or not hashes:
        return None
    return hashes.items() <= identity(bundle).items()


def card_markdown(bundle: Bundle, results: Mapping[str, Any] | None = None) -> str:
    """The card. `results`: as `read_results` gives them; what the bundle itself carries is used, too."""
    results = {**_carried(bundle), **(results or {})}
    manifest = bundle.manifest
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    lines = [
        f"# Model card: {bundle.name} {bundle.version}".rstrip(),
        "",
        "Written by `instructme evaluate card` from model.json and from what the evaluations wrote.",
        "",
        "| | |",
        "|---|---|",
        f"| name, version | {bundle.name} {bundle.version} |",
        f"| made | {manifest.get('created') or 'unknown'} |",
        f"| licence | {manifest.get('licence') or 'unknown'} |",
        f"| size | {size / 1e6:.1f} MB in {len(manifest['files'])} files |",
        f"| parts | {', '.join(bundle.parts) or 'none'} |",
        f"| sound it works on | {bundle.configuration.sample_rate} Hz mono; what is not edited stays the user's own |",
        "",
        *_use(bundle),
        *_making(bundle),
        *_data(bundle),
        *_evaluation(bundle, results),
        *_limits(bundle),
        *_ethics(bundle),
        *_licence(bundle),
        *_files(bundle),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _use(bundle: Bundle) -> list[str]:
    words = bundle.vocabulary
    return [
        "## Intended use",
        "",
        "Editing a song by instructions in English, on one's own machine: "
        + ", ".join(operation.value for operation in Operation)
        + ". For musicians who try out arrangements, and for research on instruction-guided editing.",
        "",
        f"- Instruments that it has learnt: {', '.join(words.instrument_names)}.",
        f"- Genres that it has learnt: {', '.join(words.genre_names) or 'none'}.",
        "",
        "It is not meant for restoring or separating recordings where a dedicated separator can be had, for speech,",
        "for passing off an edit as the artist's own, or for deciding who made a recording.",
        "",
    ]


def _making(bundle: Bundle) -> list[str]:
    configuration, stages = bundle.configuration, _stages(bundle)
    unet, latents = configuration.unet, configuration.autoencoder
    rate = configuration.sample_rate / latents.samples_per_frame
    timbres = 0
    if unet.space == "score" and "synthesizer" in bundle.parts:
        timbres = int((bundle.weights("synthesizer")["owner"] >= 0).sum())  # there may be room for more
    lines = [
        "## What it is",
        "",
        f"- Autoencoder ({latents.kind}): {rate:g} latent frames a second of {latents.latent_channels} channels.",
        f"- U-Net: widths {', '.join(map(str, unet.channels))}, attention "
        + (f"in chunks of {unet.chunk_frames} frames" if unet.chunk_frames else "over everything")
        + f", the source by {unet.source}, {'with' if unet.chords else 'without'} chords.",
        "- It samples "
        + (
            f"notes, {CHANNELS} values in each 80 ms, which a synthesizer of {timbres} timbres plays."
            if unet.space == "score"
            else "latents of sound."
        ),
        "- Chords, keys, onsets and beats are heard by the listener, who plays by "
        + ("a tagger." if "tagger" in bundle.parts else "it, too."),
        f"- Sampling: {configuration.diffusion.objective}, {configuration.diffusion.sample_steps} steps, "
        f"guidance {configuration.diffusion.guidance_scale:g}. Text: {configuration.text.kind}, frozen.",
        "",
    ]
    if not stages:
        return [*lines, "How it was trained is not recorded.", ""]
    lines += ["| stage | steps | examples | minutes | machine |", "|---|---:|---:|---:|---|"]
    total = 0.0
    for name, history in stages.items():
        for index, run in enumerate(_runs(history)):
            total += run.get("seconds") or 0.0
            lines.append(
                f"| {name if index == 0 else name + ', before that'} | {_number(run.get('step'))} "
                f"| {_number(run.get('examples'))} | {(run.get('seconds') or 0.0) / 60:.0f} | {_machine(run)} |"
            )
    return [*lines, "", f"Compute: {total / 60:.0f} minutes in all, of the machines named.", ""]


def _data(bundle: Bundle) -> list[str]:
    lines = ["## Training data", ""]
    found = list(dict.fromkeys(line for run in _all_runs(bundle) for line in (run.get("data") or {}).get("found", ())))
    if not found:
        return [*lines, "Not recorded.", ""]
    # Stages may have heard different soundfonts: all of them, in one line.
    heard = [line.partition(": ")[2].split(", ") for line in found if line.startswith("soundfonts: ")]
    fonts = list(dict.fromkeys(font for fonts in heard for font in fonts))
    others = [line for line in found if not line.startswith("soundfonts: ")]
    for line in [*([f"soundfonts: {', '.join(fonts)}"] if fonts else []), *others]:
        # "real_cc0 over arrangements: 3 songs" is real_cc0, and is not explained twice.
        name, _, rest = line.partition(":")
        about = f". {DATA[name]}" if name in DATA else ""
        lines.append(f"- **{name}**:{rest}{about}")
    return [
        *lines,
        "",
        "Held out from all training: charts 800 to 909, a tenth of every other collection, one soundfont and one drum",
        "kit.",
        "",
    ]


def _evaluation(bundle: Bundle, results: Mapping[str, Any]) -> list[str]:
    lines = ["## Evaluation", ""]
    tables = [line for result in results.values() for line in _held_out(result)]
    tables += [line for result in results.values() for line in _chords(result)]
    tables += [line for result in results.values() for line in _speed(result)]
    if not tables:
        tables = ["Not evaluated: run `instructme evaluate held-out` and write this card again.", ""]
    figures = [(stage, values) for stage, values in bundle.metrics.items() if stage in _stages(bundle)]
    if figures:
        tables += ["### At the end of training", ""]
        tables += [
            "On validation songs, which are not the held-out ones. They tell whether a stage learnt, not more.",
            "",
        ]
        tables += ["| stage | figures |", "|---|---|"]
        for stage, values in figures:
            cells = ", ".join(f"{name} {_plain(value)}" for name, value in values.items())
            tables.append(f"| {stage} | {cells} |")
        tables.append("")
    return [*lines, *tables]


def _held_out(result: Mapping[str, Any]) -> Iterator[str]:
    """Operation -> output -> metric -> summary, from floor to ceiling."""
    operations = result.get("results") or {}
    first = next(iter(operations.values()), {})
    if not (isinstance(first, Mapping) and set(first) & set(OUTPUTS)):
        return
    settings = ", ".join(
        f"{name} {value}" for name, value in (result.get("settings") or {}).items() if value is not None
    )
    yield "### Held-out songs"
    yield ""
    yield f"Means with 95% bootstrap intervals{f' ({settings})' if settings else ''}. The floor is doing nothing."
    yield ""
    yield from _outputs({name: outputs for name, outputs in operations.items() if "absent" not in name}, FIGURES)
    absent = {name: outputs for name, outputs in operations.items() if "absent" in name}
    if absent:
        yield "Asked about instruments that are not there; the first figure is relative to the source:"
        yield ""
        yield from _outputs(absent, ABSENT_FIGURES)


def _outputs(operations: Mapping[str, Any], figures: Sequence[Figure]) -> Iterator[str]:
    known = {name for outputs in operations.values() for metrics in outputs.values() for name in metrics}
    columns = [figure for figure in figures if figure.metric in known]
    yield "| edit | output | n | " + " | ".join(column.title for column in columns) + " |"
    yield "|---|---|---:|" + "---:|" * len(columns)
    for operation, outputs in operations.items():
        title = operation
        for output in (name for name in OUTPUTS if name in outputs):
            metrics = outputs[output]
            count = max((summary["count"] for summary in metrics.values() if summary), default=0)
            cells = [_summary(metrics.get(column.metric), column.percent, count) for column in columns]
            yield f"| {title} | {OUTPUTS[output]} | {count} | " + " | ".join(cells) + " |"
            title = ""
    yield ""


def _chords(result: Mapping[str, Any]) -> Iterator[str]:
    from training.evaluation.chords import METRICS, SYSTEMS

    systems = result.get("results") or {}
    if "listener" not in systems:
        return
    yield "### Chords"
    yield ""
    yield "Scores of mir_eval.chord on held-out songs, in percent, with 95% bootstrap intervals."
    yield ""
    yield "| recognizer | " + " | ".join(METRICS.values()) + " |"
    yield "|---|" + "---:|" * len(METRICS)
    for system in (name for name in SYSTEMS if name in systems):
        cells = [_summary(systems[system].get(metric), True, None) for metric in METRICS]
        yield f"| {SYSTEMS[system]} | " + " | ".join(cells) + " |"
    yield ""


def _speed(result: Mapping[str, Any]) -> Iterator[str]:
    rows = result.get("edits") or []
    if not rows:
        return
    machine = result.get("machine") or {}
    yield "### Speed"
    yield ""
    yield f"On {machine.get('cores', '?')} cores of {machine.get('processor', 'an unnamed machine')}."
    yield ""
    yield "| song | instruction | steps | seconds | peak memory, GiB |"
    yield "|---:|---|---:|---:|---:|"
    for row in rows:
        yield (
            f"| {row['audio_seconds']:g} s | {row['instruction']} | {row['steps']} | {row['edit_seconds']:.1f} "
            f"| {row['peak_bytes'] / 2**30:.2f} |"
        )
    yield ""


def _limits(bundle: Bundle) -> list[str]:
    lines = ["## Limitations", ""]
    lines += [f"- {operation}: {sentence}." for operation, sentence in bundle.limits.items()]
    return [
        *lines,
        "- It hears 24 kHz mono. What it adds is mono and ends at 12 kHz; what it takes away is taken from the",
        "  user's own channels, of stereo by where it sits as well, of more channels by one mask for all.",
        "- Its songs are mostly synthesized: on real recordings, and on instruments played in unusual ways, expect",
        "  less than the tables say. Each table counts its songs; few songs have wide intervals.",
        "- It has learnt the instruments listed above and no others. Instructions are read in English.",
        '- There are many right answers to "add strings", and measures against one true target know one of them.',
        "",
    ]


def _ethics(bundle: Bundle) -> list[str]:
    return [
        "## Ethical notes",
        "",
        "- Everything runs on the user's machine: no song and no instruction leaves it.",
        "- It is not made to imitate a person's voice and takes no recording to imitate. Removing or extracting",
        "  vocals, however, makes a singer's voice reusable: ask whom it belongs to.",
        "- Editing a song does not give rights in it; what a user loads is the user's to answer for. Where a model was",
        "  trained on collections of its maker's own, their owners' consent is its maker's to answer for.",
        "- The genres and instruments are those of Western popular music. Other music is served worse.",
        "",
    ]


def _licence(bundle: Bundle) -> list[str]:
    licence = bundle.manifest.get("licence")
    if not licence:
        return ["## Licence", "", "Not recorded: ask whoever gave you this model before you pass it on.", ""]
    return [
        "## Licence",
        "",
        f"{licence}, for the weights and for this card. The data above keeps its own licences.",
        "",
    ]


def _files(bundle: Bundle) -> list[str]:
    lines = ["## Files", "", "| file | bytes | SHA-256 |", "|---|---:|---|"]
    lines += [
        f"| {name} | {entry['bytes']} | `{entry['sha256']}` |"
        for name, entry in sorted(bundle.manifest["files"].items())
    ]
    return [*lines, ""]


def _carried(bundle: Bundle) -> dict[str, Any]:
    """Results that were packed with the bundle: metrics that are not a stage's."""
    stages = _stages(bundle)
    return {
        name: values for name, values in bundle.metrics.items() if name not in stages and isinstance(values, Mapping)
    }


def _stages(bundle: Bundle) -> Mapping[str, Any]:
    return (bundle.manifest.get("provenance") or {}).get("stages") or {}


def _runs(history: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A stage's last run, and those whose weights each began with, latest first."""
    run: Any = history
    while isinstance(run, Mapping):
        yield run
        run = run.get("began_with")


def _all_runs(bundle: Bundle) -> Iterator[Mapping[str, Any]]:
    for history in _stages(bundle).values():
        yield from _runs(history)


def _machine(run: Mapping[str, Any]) -> str:
    machine = run.get("machine") or {}
    device = machine.get("gpu") or machine.get("accelerator") or machine.get("device")
    if device:
        return str(device)
    if not machine.get("cpu"):
        return "unknown"
    threads = machine.get("threads")
    return f"{threads} of {machine.get('cores', '?')} cores of {machine['cpu']}" if threads else str(machine["cpu"])


def _summary(summary: Mapping[str, Any] | None, percent: bool, count: int | None) -> str:
    """A mean with its interval; "of 12" where fewer cases are known than the row counts."""
    if not summary:
        return "–"
    factor = 100 if percent else 1
    mean, low, high = (f"{factor * summary[name]:.1f}" for name in ("mean", "low", "high"))
    of = "" if count is None or summary["count"] == count else f" of {summary['count']}"
    return f"{mean}{'%' if percent else ''}{of} ({low} to {high})"


def _number(value: Any) -> str:
    return "unknown" if value is None else f"{value:,}"


def _plain(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
