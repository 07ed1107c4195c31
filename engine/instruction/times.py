"""The region of an instruction: "from 0:10 to 0:20", "in the first 8 seconds", "after 1:30"."""

from __future__ import annotations

import re
from math import inf

from engine.errors import UserError
from engine.instruction.instruction import Region

_SPELT_OUT = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
"""
_NUMBERS = {word: float(number) for number, word in enumerate(_SPELT_OUT.split())}
_NUMBERS |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "half a": 0.5, "a": 1}
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m)\b"
_SPELT = re.compile(rf"\b({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?= (?:and|to|until|{_UNIT}))")
_HAS_UNIT = re.compile(r"\b(?:seconds?|secs?|minutes?|mins?)\b")

_CLOCK = r"\d{1,3}(?::\d{1,2}){1,2}(?:\.\d{1,6})?"
_PLAIN = r"\d{1,6}(?:\.\d{1,6})?"
_TIME = rf"(?:{_CLOCK}|{_PLAIN}(?: ?{_UNIT}(?: ?(?:and )?{_PLAIN} ?(?:seconds?|secs?|s)\b)?)?)"
_END = r"(?:the )?end(?: of (?:the|this) \w+)?"
_WHERE = r"(?:(?:only |just )?(?:in|at|for|during|over|within) )?"

_FORMS = [
    (re.compile(rf"(?<!\w)(?:only |just )?(?:from|between) (?P<a>{_TIME}) ?(?:to|until|till|and|-|through) ?"
                rf"(?P<b>{_TIME}|{_END})(?!\w)"), "span"),
    (re.compile(rf"(?<!\w){_WHERE}(?P<a>{_TIME}) ?(?:to|until|till|-|through) ?(?P<b>{_TIME}|{_END})(?!\w)"), "span"),
    (re.compile(rf"(?<!\w)(?:only |just )?from (?:the )?(?:start|beginning)(?: of (?:the|this) \w+)? "
                rf"?(?:to|until|till|-|through) ?(?P<b>{_TIME}|{_END})(?!\w)"), "first"),
    (re.compile(rf"(?<!\w){_WHERE}(?:the )?first (?P<b>{_TIME})(?!\w)"), "first"),
    (re.compile(rf"(?<!\w){_WHERE}(?:the )?last (?P<a>{_TIME})(?!\w)"), "last"),
    (re.compile(rf"(?<!\w)(?:only |just )?(?:until|till|up to|before) (?P<b>{_TIME})(?!\w)"), "first"),
    (re.compile(rf"(?<!\w)(?:only |just )?(?:starting (?:at|from)|from|after|since) (?P<a>{_TIME})"
                rf"(?: on(?:wards?)?)?(?!\w)"), "from"),
]  # fmt: skip

MARK = re.compile("\1(\\d+)\1")
"""What stands in the text where a region stood. (`normalise` leaves no control characters, so nobody can type it.)"""


_PLACE = re.compile(
    r"\b(?:in|at|during|before|after|until|from|for) (?:the|its) (?:\w+ )?(?:chorus(?:es)?|verses?|bridge|intro|"
    r"outro|refrain|beginning|start|middle|end|half|bars?|measures?)$"
)

_CHOIR = re.compile(r"(?:swap|exchange|substitute|switch|trade|change)\b.* for the chorus$")
"""Where one sound is given for another, a chorus sings: "substitute the piano for the chorus"."""


def check_places(clause: str) -> None:
    """Raises UserError for a place in the song that is not given in time ("in the chorus")."""
    place = _PLACE.search(clause)
    if place and not _CHOIR.match(clause):
        raise UserError(
            f"'{place[0]}' is not a time", "give the place in minutes and seconds, such as from 0:10 to 0:20"
        )


def take_regions(text: str) -> tuple[str, list[Region]]:
    """The normalised text with a MARK for every region, and the regions. Raises UserError for impossible ones."""
    regions: list[Region] = []
    if _HAS_UNIT.search(text):
        text = _SPELT.sub(lambda match: f"{_NUMBERS[match[1]]:g}", text)
    for pattern, kind in _FORMS:

        def mark(match: re.Match[str], kind: str = kind) -> str:
            regions.append(_region(match, kind))
            return f" \1{len(regions) - 1}\1 "

        text = pattern.sub(mark, text)
    return " ".join(text.split(" ")).strip(), regions


def _region(match: re.Match[str], kind: str) -> Region:
    said = match[0].strip()
    times = match.groupdict()
    end_words = times.get("b") or ""
    end = inf if not end_words or "end" in end_words else _seconds(end_words, said)
    minutes = bool(re.search(r"\dm|\d m", end_words))
    start = _seconds(times["a"], said, minutes) if times.get("a") else 0.0
    if kind == "last":
        start, end = -start, inf
    if start == end or (start > end) or (kind == "last" and not start):
        raise UserError(f"the region '{said}' holds nothing", "give a start before its end, such as from 0:10 to 0:20")
    return start, end


def _seconds(time: str, said: str, minutes: bool = False) -> float:
    """`minutes`: a bare number counts minutes, as the first one of "from 1 to 2 minutes" does."""
    if ":" in time:
        parts = [float(part) for part in time.split(":")]
        if any(part >= 60 for part in parts[1:]):
            raise UserError(f"'{time}' in '{said}' is not a time", "write minutes and seconds, such as 1:05")
        return round(sum(part * 60**power for power, part in enumerate(reversed(parts))), 3)
    units = re.findall(rf"({_PLAIN}) ?([a-z]*)", time)
    total = sum(float(n) * (60 if unit.startswith("m") or (not unit and minutes) else 1) for n, unit in units)
    return round(total, 3)
