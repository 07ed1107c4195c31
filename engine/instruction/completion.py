"""Completions for the instruction bar."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.instruction.lexicon import lexicon
from engine.vocabulary import Vocabulary

_STARTS = ("remove ", "add ", "extract ", "replace ", "remix to ", "remix with ")
_VERBS = (
    "add|put in|remove|take out|mute|get rid of|delete|drop|without|extract|isolate|solo|only|just|keep only|replace|"
    "swap|remix(?: it)? (?:to|into)|remix(?: it)? with|make it|in the style of"
)
_VERB = re.compile(rf"\b(?P<verb>{_VERBS})\s", re.IGNORECASE)
_BREAK = re.compile(r"(?:[.;,&/+\n]|\b(?:and|then)\b)\s*", re.IGNORECASE)
_FILLERS = re.compile(r"^(?:\s*(?:the|a|an|some|please|can you)\s)*\s*", re.IGNORECASE)


def complete(prefix: str, vocabulary: Vocabulary, limit: int = 12) -> list[str]:
    """Whole texts that begin with `prefix` as it was typed, most usual first, at most `limit`.

    Never raises; empty where nothing fits.
    """
    words = lexicon(vocabulary)
    verbs = list(_VERB.finditer(prefix))
    typed = _FILLERS.sub("", _BREAK.split(prefix)[-1])
    if not verbs:
        return _extended(prefix, typed, _STARTS, limit)
    kind = " ".join(verbs[-1]["verb"].lower().split())
    rest = prefix[verbs[-1].end() :]
    follows = _BREAK.search(rest) is not None
    choices: list[str] = []
    if kind in ("make it", "in the style of") or kind.endswith((" to", " into")):
        if not follows:
            return _extended(prefix, _FILLERS.sub("", rest), words.genre_phrases, limit)
    else:
        choices += words.sound_phrases
        if kind in ("replace", "swap"):
            link = " for " if kind == "swap" else " with "
            _, found, into = rest.partition(link)
            typed = _FILLERS.sub("", _BREAK.split(into if found else rest)[-1])
            if not found and words.sound(" ".join(typed.lower().split())):
                return _extended(prefix.rstrip(), "", (link,), limit)
        else:
            typed = _FILLERS.sub("", _BREAK.split(rest)[-1])
    if follows:
        choices += _STARTS
    return _extended(prefix, typed, choices, limit)


def _extended(prefix: str, typed: str, choices: Iterable[str], limit: int) -> list[str]:
    """`prefix` with its end `typed` grown to each choice that begins like it."""
    begin = typed.lower()
    fits = [choice for choice in choices if choice.lower().startswith(begin) and len(choice) > len(typed)]
    return [prefix + choice[len(typed) :] for choice in fits[:limit]]
