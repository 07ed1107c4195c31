"""What the engine says, in the language of the window.

The engine speaks English and knows of no other language. `scripts/translations` gathers its sentences from its code, as
templates ("'{0}' is empty"), into messages.json; their translations stand beside those of the window. Here a sentence
that comes in is known again by its template, and said with the same values. One that is not known stays English.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from engine.resources import RESOURCES
from instructme_app.model.numbers import localised

CONTEXT = "messages"
TEMPLATES = RESOURCES / "translations" / "messages.json"
_DECIMAL = re.compile(r"\d+\.\d+")
_HOLE = re.compile(r"\{(\d+)\}")


def translated(text: str) -> str:
    """A cause, a remedy or a warning, as the window says it."""
    known = _known(text)
    if known is None:
        return text
    template, values = known
    said = QCoreApplication.translate(CONTEXT, template)
    if said == template:
        return text
    return _HOLE.sub(lambda hole: _value(values[int(hole[1])]), said)


def _value(text: str) -> str:
    """A number, a name, or a sentence of its own ("did you mean 'bass'? it knows: ...")."""
    return localised(text) if _DECIMAL.fullmatch(text) else translated(text)


def line(cause: str, remedy: str) -> str:
    """Both in one."""
    return "; ".join(translated(part) for part in (cause, remedy) if part)


@lru_cache(maxsize=256)
def _known(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The template that `text` was made of, and the values in it."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return template, found.groups()
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Those with the most words first: "'x' is empty" may be the value of another."""
    templates: list[str] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    templates.sort(key=lambda template: -len(_HOLE.sub("", template)))
    return [(template, re.compile(_expression(template), re.DOTALL)) for template in templates]


def _expression(template: str) -> str:
    words = _HOLE.split(template)[::2]
    return "(.*?)".join(map(re.escape, words))
