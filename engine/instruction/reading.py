"""Reading instructions: the wordings of Table 5 and the everyday ones, in any case, several to a sentence.

Text -> clauses (one edit each) -> a pattern of engine.instruction.wordings -> names of the vocabulary. Nothing is
guessed: a word that is not understood is an error which says so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace

from engine.errors import UserError
from engine.instruction import wordings
from engine.instruction.instruction import Instruction, Operation, Region
from engine.instruction.lexicon import Lexicon, Names, lexicon, normalise
from engine.instruction.times import MARK, check_places, take_regions
from engine.vocabulary import Vocabulary

MAX_CHARACTERS = 300

_HOW_TO_SAY_IT = (
    "say it in English, such as 'remove drums', 'add strings', 'extract bass', 'replace piano with organ' or "
    "'remix to jazz genre'"
)


def read_instructions(text: str, vocabulary: Vocabulary) -> tuple[Instruction, ...]:
    """What `text` asks for, in the order in which it is to be done; at least one instruction.

    A region that stands before the first verb holds for every edit that has none of its own; any other for its own.
    A family ("guitar") means all its members where it is taken away and its first, most usual one where it is added.

    Raises UserError for anything that is not understood completely.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"the instruction has {len(text)} characters",
            f"keep it under {MAX_CHARACTERS}; longer plans go better in several instructions",
        )
    plain = wordings.unwrapped(normalise(text))
    if not plain:
        raise UserError("the instruction is empty", "say what to change, such as 'remove drums'")
    if re.search(r"\b(?:don'?t|do not|never|not)\b", plain):
        raise UserError(f"'{plain}' says what not to do", "say what to do, such as 'remove drums'")
    marked, regions = take_regions(plain)
    words = lexicon(vocabulary)
    read: list[Instruction] = []
    everywhere: Region | None = None
    for clause in wordings.clauses(marked):
        own = [regions[int(number)] for number in MARK.findall(clause)]
        said = wordings.trimmed(MARK.sub(" ", clause))
        if len(own) > 1:
            raise UserError(f"'{said}' has more than one region", "say it once for each region")
        region = own[0] if own else None
        if not read and everywhere is None and region and (not said or clause.startswith("\1")):
            everywhere = region
        if not said:
            if region and read and read[-1].region is None:
                read[-1] = replace(read[-1], region=region)
            continue
        if read and (less := _but_kept(said, words, read[-1])):
            read[-1] = less
            continue
        try:
            found = _instruction(said, words, read[-1] if read else None)
        except UserError as error:
            raise _beyond(said, words) or error from None
        read.append(replace(found, region=region or everywhere))
    if not read:
        raise UserError("the instruction names no edit", _HOW_TO_SAY_IT)
    return tuple(read)


def _instruction(clause: str, words: Lexicon, before: Instruction | None) -> Instruction:
    check_places(clause)
    for pattern, build in _PATTERNS:
        match = pattern.fullmatch(clause)
        if match:
            found = build(match, words)
            if found is not None:
                return found
    if wordings.BARE.fullmatch(clause):
        raise UserError(f"'{clause}' does not say which instrument", f"say '{clause} ...' with one of: {_known(words)}")
    if before and before.operation in (Operation.ADD, Operation.REMOVE, Operation.EXTRACT):
        # "remove the drums, then the bass": the verb is carried over.
        try:
            return _listed(before.operation, clause, words)
        except UserError as error:
            if len(clause.split()) <= 3 and not wordings.VERB_START.match(clause):
                raise error
    if _are_sounds(clause, words):
        raise UserError(
            f"the instruction '{clause}' was not understood",
            f"say what to do with it: 'remove {clause}', 'add {clause}' or 'extract {clause}'",
        )
    raise _not_understood(clause)


def _but_kept(clause: str, words: Lexicon, before: Instruction) -> Instruction | None:
    """What is left of a removal where the next clause says what of it stays; None where it says something else."""
    kept = wordings.KEPT.fullmatch(clause)
    if kept is None or before.operation is not Operation.REMOVE or not _are_sounds(kept["x"], words):
        return None
    names, ignored = _sounds(kept["x"], words)
    left = tuple(name for name in before.instruments if name not in _flat(names, True))
    if not left:
        raise UserError(f"'{clause}' leaves nothing to remove", "say what to remove, such as 'remove drums'")
    return replace(before, instruments=left, ignored=(*before.ignored, *ignored))


def _known(words: Lexicon) -> str:
    return ", ".join(words.vocabulary.instrument_names)


def _beyond(clause: str, words: Lexicon) -> UserError | None:
    """What to say of a wish that is clear, and is for something else than an edit."""
    if wordings.LEVEL.search(clause):
        return UserError(
            f"'{clause}' asks for another level, which no edit gives",
            "to make a sound softer remove it with a strength of 0.5; to make it louder extract it and mix it in",
        )
    if wordings.EFFECT.search(clause):
        return UserError(
            f"'{clause}' asks for no other instruments and no genre",
            "an audio editor does that; here it is 'remove drums', 'add strings', 'extract bass', 'replace piano with "
            "organ' or 'remix to jazz genre'",
        )
    if genre := wordings.UNKNOWN_GENRE.fullmatch(clause):
        named = genre["g"] or genre["h"]
        return _two_ways(clause) if _are_sounds(named, words) else words.unknown_genre(named)
    return None


def _not_understood(clause: str) -> UserError:
    if re.match(r"keep\b", clause):
        return UserError(f"'{clause}' may mean two things", "say 'extract ...' for that sound alone, or what to remove")
    if re.search(r"\d", clause):
        return UserError(f"the time in '{clause}' was not understood", "give a stretch, such as from 0:10 to 0:20")
    close = difflib.get_close_matches(clause.split()[0], wordings.USUAL_VERBS, n=1, cutoff=0.7)
    hint = f"did you mean '{close[0]}'? " if close and close[0] != clause.split()[0] else ""
    return UserError(f"the instruction '{clause}' was not understood", hint + _HOW_TO_SAY_IT)


def _two_ways(clause: str) -> UserError:
    return UserError(
        f"'{clause}' may mean two things", "say 'add ...' to have more of it, or 'remix with ...' to have nothing else"
    )


def _listed(operation: Operation, phrase: str, words: Lexicon) -> Instruction:
    found, ignored = _sounds(phrase, words)
    if operation is Operation.ADD:
        return _with_new(Instruction(operation, _flat(found, False), ignored=ignored), found)
    return Instruction(operation, _flat(found, True), ignored=ignored)


def _with_new(instruction: Instruction, found: Iterable[Names]) -> Instruction:
    """With the names by which what is new was asked for. Of two names of one instrument the first plays; the other is
    told as ignored."""
    names: dict[str, str | None] = {}
    ignored = list(instruction.ignored)
    for one in found:
        instrument = one.instruments[0]
        if names.setdefault(instrument, one.name) != one.name:
            ignored.append(one.name or instrument)
    named = tuple((instrument, name) for instrument, name in names.items() if name is not None)
    return replace(instruction, names=named, ignored=tuple(dict.fromkeys(ignored)))


def _sounds(phrase: str, words: Lexicon) -> tuple[list[Names], tuple[str, ...]]:
    names, ignored = words.instruments(phrase)
    return names, tuple(dict.fromkeys(ignored))


def _flat(names: Iterable[Names], all_members: bool) -> tuple[str, ...]:
    chosen = (n.instruments if all_members or not n.family else n.instruments[:1] for n in names)
    return tuple(dict.fromkeys(name for group in chosen for name in group))


def _add(match: re.Match[str], words: Lexicon) -> Instruction:
    return _listed(Operation.ADD, match["x"], words)


def _remove(match: re.Match[str], words: Lexicon) -> Instruction:
    return _listed(Operation.REMOVE, match["x"], words)


def _extract(match: re.Match[str], words: Lexicon) -> Instruction:
    return _listed(Operation.EXTRACT, match["x"], words)


def _two_meanings(match: re.Match[str], words: Lexicon) -> Instruction:
    words.instruments(match["x"])
    raise UserError(
        f"'{match[0]}' may mean two things", "say 'extract ...' for that sound alone, or 'add ...' for more of it"
    )


def _with(match: re.Match[str], words: Lexicon) -> Instruction:
    words.instruments(match["x"])
    raise _two_ways(match[0])


def _maybe_remove(match: re.Match[str], words: Lexicon) -> Instruction | None:
    return _remove(match, words) if _are_sounds(match["x"], words) else None


def _maybe_replace(match: re.Match[str], words: Lexicon) -> Instruction | None:
    return _replace(match, words) if _are_sounds(match["a"], words) and _are_sounds(match["b"], words) else None


def _replace(match: re.Match[str], words: Lexicon) -> Instruction:
    out, ignored_out = _sounds(match["a"], words)
    into, ignored_in = _sounds(match["b"], words)
    removed, added = _flat(out, True), _flat(into, False)
    if removed == added:
        names = ", ".join(removed)
        raise UserError(
            f"'{match['a']}' and '{match['b']}' are both {names} to the model", "replace it with another instrument"
        )
    return _with_new(Instruction(Operation.REPLACE, removed, added, ignored=ignored_out + ignored_in), into)


def _half_replace(match: re.Match[str], words: Lexicon) -> Instruction:
    words.instruments(match["a"])
    raise UserError(f"'{match[0]}' does not say with what", f"say '{match[0]} with ...' and one of: {_known(words)}")


def _remix_to(match: re.Match[str], words: Lexicon) -> Instruction:
    phrase = match["g"]
    if match.groupdict().get("x") is None and words.genre(phrase) is None and _are_sounds(phrase, words):
        return _remixed(phrase, words)
    return _remix_genre(match, words)


def _remix_genre(match: re.Match[str], words: Lexicon) -> Instruction:
    phrase, band = match["g"], match.groupdict().get("x")
    genre = words.genre(phrase)
    if genre is None:
        parts = words.items(phrase)
        if len(parts) > 1 and all(words.genre(part) for part in parts):
            raise UserError(f"'{phrase}' are several genres", "remix to one at a time")
        raise words.unknown_genre(phrase)
    return replace(_remixed(band, words), genre=genre) if band else Instruction(Operation.REMIX, genre=genre)


def _remix_with(match: re.Match[str], words: Lexicon) -> Instruction:
    genre = words.genre(match["g"])
    if genre is not None:
        return Instruction(Operation.REMIX, genre=genre)
    return _remixed(match["g"], words)


def _remixed(phrase: str, words: Lexicon) -> Instruction:
    found, ignored = _sounds(phrase, words)
    return _with_new(Instruction(Operation.REMIX, _flat(found, False), ignored=ignored), found)


def _maybe_genre(match: re.Match[str], words: Lexicon) -> Instruction | None:
    """A wording that is a remix only where it names a genre ("make it jazz"), and may be something else otherwise."""
    return Instruction(Operation.REMIX, genre=genre) if (genre := words.genre(match["g"])) else None


def _are_sounds(phrase: str, words: Lexicon) -> bool:
    try:
        words.instruments(phrase)
    except UserError:
        return False
    return True


def _instrumental(match: re.Match[str], words: Lexicon) -> Instruction:
    return _listed(Operation.REMOVE, "vocals", words)


def _a_cappella(match: re.Match[str], words: Lexicon) -> Instruction:
    return _listed(Operation.EXTRACT, "vocals", words)


_BUILDERS = {
    "add": _add,
    "remove": _remove,
    "extract": _extract,
    "two meanings": _two_meanings,
    "with": _with,
    "maybe remove": _maybe_remove,
    "maybe replace": _maybe_replace,
    "replace": _replace,
    "half replace": _half_replace,
    "remix with": _remix_with,
    "remix to": _remix_to,
    "remix genre": _remix_genre,
    "maybe genre": _maybe_genre,
    "instrumental": _instrumental,
    "a cappella": _a_cappella,
}
_PATTERNS = [(pattern, _BUILDERS[name]) for name, pattern in wordings.PATTERNS]
