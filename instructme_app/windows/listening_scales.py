"""The three scales of the listening test in plain words, after Table 6 of the paper."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from instructme_app.model.listening_test import Kind


def tr(text: str) -> str:
    return QCoreApplication.translate("scales", text)


def heading(scale: str) -> tuple[str, str]:
    """A title and a question."""
    return {
        "quality": (tr("Sound"), tr("How clean does it sound?")),
        "relevance": (tr("Instruction"), tr("Does it do to the source what was asked?")),
        "harmony": (tr("Harmony"), tr("Do its notes and beats go together with the source?")),
    }[scale]


def wordings(scale: str, kind: Kind) -> tuple[str, ...]:
    """What 1, 2, 3, 4 and 5 mean."""
    if scale == "quality":
        return (
            tr("Noise; hardly any music can be made out."),
            tr("Mostly noise; a few instruments come through as they should."),
            tr("There is noise, but most instruments sound as they should."),
            tr("Hardly any noise; the instruments sound natural."),
            tr("No noise at all, as clean as a studio recording."),
        )
    if scale == "relevance" and kind == "genre":
        return (
            tr("Plainly the wrong direction."),
            tr("Not right, but not the opposite either."),
            tr("Neither right nor wrong: the style stays vague."),
            tr("The direction is clear enough to call it right."),
            tr("Clear, and exactly what was asked for."),
        )
    if scale == "relevance":
        return (
            tr("Nothing to do with the instruction; no instrument fits."),
            tr("One or two instruments fit."),
            tr("The instruments that stand out fit, but two or more do not."),
            tr("Right but for one instrument."),
            tr("All of it is right."),
        )
    if kind == "edit":
        return (
            tr("Clashes with the source; one hears it at once."),
            tr("Does not go well with the source, but comes in on time."),
            tr("Does not quite go with the source, but does not disturb."),
            tr("Goes with the source much as the right result would."),
            tr("As the right result or different, and a pleasure: everything goes together."),
        )
    return (
        tr("Clashes with the vocals, and misses the instruction."),
        tr("Hardly goes with the vocals; only the beats line up."),
        tr("The beats line up, and it mostly goes with the vocals."),
        tr("Beats and chords line up; it sounds like a song."),
        tr("One whole with the vocals, and a new reading of the song."),
    )
