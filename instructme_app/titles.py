"""What was done to a round, in the language of the window.

A round keeps the sentence that its instruction was read as ("Remove drums from 0:10 to 0:20"), in English, which reads
back to the same edit. Here it is said for people: in history, lanes and dialogs, never in files. What the user is to
type (suggestions, and what the model knows) stays as it has to be typed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from engine.session import Round
from instructme_app.model.numbers import localised

NAMES = "vocabulary"
"""Context of the names of instruments, their sounds and genres; `scripts/translations` gathers them."""
SENTENCES = (
    QT_TRANSLATE_NOOP("titles", "Region {span} from {other}"),
    QT_TRANSLATE_NOOP("titles", "the source"),
    QT_TRANSLATE_NOOP("titles", "'{other}'"),
    QT_TRANSLATE_NOOP("titles", "{edit} (ignored: {words})"),
    QT_TRANSLATE_NOOP("titles", "{edit} from {start} to the end"),
    QT_TRANSLATE_NOOP("titles", "{edit} from {start} to {end}"),
    QT_TRANSLATE_NOOP("titles", "{edit} in the last {length}"),
    QT_TRANSLATE_NOOP("titles", "Replace {names} with {others}"),
    QT_TRANSLATE_NOOP("titles", "Remix to {genre} genre with {names}"),
    QT_TRANSLATE_NOOP("titles", "Remix to {genre} genre"),
    QT_TRANSLATE_NOOP("titles", "Remix with {names}"),
    QT_TRANSLATE_NOOP("titles", "Add {names}"),
    QT_TRANSLATE_NOOP("titles", "Remove {names}"),
    QT_TRANSLATE_NOOP("titles", "Extract {names}"),
)
"""Those of engine.instruction.Instruction.describe, and of regions that were taken from another round. The first that
fits is meant."""
TIMES = ("span", "start", "end", "length")
_HOLE = re.compile(r"\{(\w+)\}")


def title_of(entry: Round) -> str:
    """The user's own name for a round, or what was done."""
    return entry.label or spoken(entry.understood or entry.instruction)


def spoken(sentence: str) -> str:
    """The sentence of an edit, as the window says it; as it is where it is none."""
    said = _spoken(sentence)
    return said if said == sentence else said[:1].upper() + said[1:]


def name_of(name: str) -> str:
    """An instrument, one of its sounds, or a genre; as it is where no translation knows it."""
    return QCoreApplication.translate(NAMES, name)


def _spoken(sentence: str) -> str:
    template, values = _read(sentence)
    said = QCoreApplication.translate("titles", template)
    if said == template:
        return sentence
    return _HOLE.sub(lambda hole: _value(hole[1], values[hole[1]]), said)


def _value(hole: str, text: str) -> str:
    if hole in TIMES:
        return localised(text).replace("−", "–")  # a span and no negative time
    if hole in ("edit", "other"):
        return _spoken(text)
    if hole in ("names", "others"):
        return ", ".join(map(name_of, text.split(", ")))
    if hole == "genre":
        said = name_of(text.lower())
        return text if said == text.lower() else said
    return text


@lru_cache(maxsize=4096)
def _read(sentence: str) -> tuple[str, dict[str, str]]:
    """The template that a sentence was made of, and what stands in its holes; the sentence itself for others."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(sentence):
            return template, found.groupdict()
    return sentence, {}


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, re.compile(_expression(template))) for template in map(str, SENTENCES)]


def _expression(template: str) -> str:
    parts = _HOLE.split(template)
    words, holes = map(re.escape, parts[::2]), parts[1::2]
    patterns = [f"(?P<{hole}>{'[0-9:.-]+' if hole in TIMES else '.+?'})" for hole in holes]
    return "".join(word + pattern for word, pattern in zip(words, [*patterns, ""], strict=True))
