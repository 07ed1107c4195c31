"""Numbers as the window shows them, and as people type them: by the locale of its language.

Files (JSON, CSV, logs) and what the engine reads have points; only what is looked at comes through here.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale

_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d+(?![\d:]))")
"""Not the comma between two times: "0:10,0:20"."""


def number(value: float, form: str = "g") -> str:
    """`value` by a format of Python's (such as "+.1f" or ",.0f"), with this locale's decimal point and grouping, and
    a true minus."""
    return localised(format(value, form))


def localised(text: str) -> str:
    """The same of a number that is written already: "-1,234.5" as "−1.234,5" in German."""
    locale = QLocale()
    return text.translate(str.maketrans({".": locale.decimalPoint(), ",": locale.groupSeparator(), "-": "−"}))


def with_points(text: str) -> str:
    """An instruction with "0:10,5" as the engine reads it, "0:10.5", where decimals are written with commas."""
    return _DECIMAL_COMMA.sub(".", text) if QLocale().decimalPoint() == "," else text
