"""Pages of results: Markdown for people, CSV and JSON for programs, PNG beside them. All of it from the records."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from training.evaluation import plots
from training.evaluation.figures import Figures
from training.evaluation.held_out_tables import (
    absent_table,
    as_json,
    held_out_table,
    instrument_table,
    judges_table,
    region_table,
)
from training.evaluation.measuring import DECODED, RENDERED
from training.evaluation.paper import differences
from training.evaluation.paper import table_1 as paper_table_1
from training.evaluation.paper import table_2 as paper_table_2
from training.evaluation.paper import table_4 as paper_table_4
from training.evaluation.rounds import EDITED, UNTOUCHED, rounds_table
from training.evaluation.seeds import measure_seeds, seeds_table
from training.evaluation.stereo import measure_stereo, stereo_table
from training.evaluation.study import PICTURE_SEEDS, Study
from training.evaluation.summary import in_short
from training.evaluation.tables import Table, as_csv, markdown
from training.evaluation.writing import write_whole

Picture = Callable[[Path], None]


@dataclass(frozen=True)
class Page:
    """`blocks`: Markdown in order, tables among them. `pictures`: file name -> what draws it; a block says
    `![title](NAME)` where one stands. `results`: what goes into the JSON."""

    title: str
    blocks: tuple[str | Table, ...]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]


def summary(figures: Figures) -> Page:
    return Page("Results", (in_short(figures),))


def table_1(figures: Figures) -> Page:
    table = paper_table_1(figures)
    return _with_bars(table, more=[differences(figures)])


def table_2(figures: Figures) -> Page:
    return _with_bars(paper_table_2(figures))


def table_4(figures: Figures) -> Page:
    table = paper_table_4(figures)
    assert table is not None  # asked for with two systems or more
    return _with_bars(table)


def held_out(figures: Figures) -> Page:
    others = [absent_table(figures), region_table(figures), instrument_table(figures), judges_table(figures)]
    page = _with_bars(held_out_table(figures), more=others)
    return Page(page.title, page.blocks, page.pictures, as_json(figures))


def lengths(study: Study, seconds: Sequence[float], songs: int) -> Page:
    return _with_bars(study.lengths(seconds, songs))


def rounds(study: Study, count: int, songs: int) -> Page:
    table = rounds_table(study.rounds(count, songs))
    pictures: dict[str, Picture] = {}
    blocks: list[str | Table] = [table]
    for kind in (EDITED, UNTOUCHED):
        name = f"figure-5-{kind}.png"
        pictures[name] = lambda path, kind=kind: plots.lines(table, path, kind)
        blocks.append(f"![Figures against the round, {kind}]({name})\n")
    return Page(table.title, tuple(blocks), pictures)


def seeds(study: Study) -> Page:
    table = seeds_table(measure_seeds(study))
    return Page(table.title, (table,))


def stereo(study: Study) -> Page:
    table = stereo_table(measure_stereo(study))
    return Page(table.title, (table,))


def pictures(study: Study) -> Page:
    blocks: list[str | Table] = [
        "## Figure 4: two samples of each edit\n",
        f"Spectrograms of source, edit by seeds {' and '.join(map(str, PICTURE_SEEDS))}, and true target.\n",
    ]
    drawn: dict[str, Picture] = {}
    for system in study.systems:
        for output in (RENDERED, DECODED) if system.renders else (DECODED,):
            rows, name = study.pictures(system, output), f"figure-4-{system.file_name.rsplit('-', 1)[0]}-{output}.png"
            title = f"{system.name}, {output}"
            drawn[name] = lambda path, rows=rows, title=title: plots.spectrograms(rows, title, path)
            blocks.append(f"![Edits of {title}]({name})\n")
    return Page("Figure 4", tuple(blocks), drawn)


def joined(pages: Sequence[Page]) -> Page:
    """One page of several, under the first one's title."""
    drawn: dict[str, Picture] = {}
    results: dict[str, Any] = {}
    for page in pages:
        drawn |= page.pictures
        results |= page.results
    return Page(pages[0].title, tuple(block for page in pages for block in page.blocks), drawn, results)


def write(study: Study, page: Page, options: Mapping[str, Any]) -> None:
    """Prints the page, and writes it with everything beside it. Raises UserError where the disk does not take it."""
    output: Path | None = options["output"]
    path = output or study.folder(study.seconds) / f"{_slug(page.title)}.md"
    folder = path.with_suffix("")
    written = []
    for name, draw in page.pictures.items():
        draw(folder / name)
        written.append(folder / name)
    blocks = [markdown(block) if isinstance(block, Table) else block for block in page.blocks]
    text = "\n".join([f"# {page.title}\n", *[f"- {line}" for line in about(study, options)], "", *blocks])
    for name in page.pictures:
        text = text.replace(f"]({name})", f"]({folder.name}/{name})")
    write_whole(path, text.rstrip() + "\n")
    write_whole(folder / "tables.csv", as_csv(page.tables))
    settings = {name: options[name] for name in ("songs", "seconds", "seed", "steps")}
    if options["quick"]:
        settings["quick"] = True
    # What the model card reads, to know whose figures these are.
    models = [{"name": system.name, "files": system.identity} for system in study.systems]
    contents = {"settings": settings, "models": models, "results": page.results}
    write_whole(path.with_suffix(".json"), json.dumps(contents, indent=2, allow_nan=False) + "\n")
    click.echo(text)
    paths = [path, path.with_suffix(".json"), folder / "tables.csv", *written]
    click.echo(f"written to {', '.join(map(str, paths))}", err=True)


def about(study: Study, options: Mapping[str, Any]) -> list[str]:
    """What was measured on what, and with which command."""
    lines = []
    for system in study.systems:
        bundle = system.editor.bundle
        lines.append(f"{system.name}: {bundle.name} {bundle.version}, {system.sample_steps} sampling steps.")
        lines += system.lacks
    judge = study.judge.bundle
    same = any(judge.folder == system.editor.bundle.folder for system in study.systems)
    lines.append(
        f"Judge: the listener of {judge.name} {judge.version}, in float32"
        + (", which that model's diffusion also asks for the chords of its source." if same else ".")
    )
    flags = "".join(f" --{name} {options[name]:g}" for name in ("songs", "seconds", "seed"))
    lines.append(
        f"`{click.get_current_context().command_path}{flags}`{' (--quick: a look, not a result)' * options['quick']}"
    )
    lines += [note.rstrip(".") + "." for note in study.data.notes]
    lines.append("Intervals are of 95%: bootstrap over songs, for FAD a jackknife. `of 12`: known of 12 cases only.")
    if study.measured:
        at_once = "" if study.crew is None else f", {study.crew.processes} songs at once,"
        lines.append(
            f"{study.measured} cases of {len(study.systems)} model{'s' * (len(study.systems) > 1)} took "
            f"{study.spent / study.measured:.1f} s each{at_once} on {study.systems[0].editor.device} "
            f"({study.worked / study.measured:.1f} s of processor time)."
        )
    return lines


def _with_bars(table: Table, more: Sequence[Table | None] = ()) -> Page:
    name = f"{table.name}.png"
    blocks: list[str | Table] = [table, f"![{table.title}]({name})\n", *(other for other in more if other is not None)]
    return Page(table.title, tuple(blocks), {name: lambda path: plots.bars(table, path)})


def _slug(title: str) -> str:
    words = "".join(letter.lower() if letter.isalnum() else " " for letter in title)
    return "-".join(words.split())
