"""The vocabulary as phrases that people say: names, aliases, plurals, and what a misspelt word may have meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.errors import UserError
from engine.vocabulary import Term, Vocabulary


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set("""
    the a an some any all of more my our your his her their this that these those its every each both another extra lots
    few bit little bunch couple
""")
"""Words before a name that say nothing about which sound is meant."""

NOUNS = _set("""
    track tracks part parts line lines sound sounds section sections stem stems instrument instruments player players
    layer layers playing music beat beats groove grooves loop loops pattern patterns
""")
"""Words after a name that say nothing about which sound is meant."""

DESCRIPTIONS = _set("""
    soft softer loud louder gentle warm nice beautiful big small lush slow slower fast faster heavy light background
    main mellow funky groovy smooth bright dark quiet catchy simple subtle live real great cool sweet deep punchy dreamy
    melodic rhythmic solo riff riffs melody melodies good short long high low sad happy calm energetic rich clean dirty
    old new modern vintage annoying cheesy awful horrible acoustic electric electronic backing lead male female chords
    arpeggio arpeggios harmonies accompaniment fill fills softly gently quietly loudly slowly
""")
"""Descriptions beside a name that the model has no ear for: they are reported as ignored, never dropped in silence."""

VAGUE = _set("it them this that everything all anything song music track mix band instruments")

GENRE_NOUNS = _set("genre style song version track tune remix arrangement piece number feel music vibe cover thing")


def normalise(text: str) -> str:
    """Lower case, one kind of quote and dash, no control characters or brackets, single spaces; "R & B" is "r&b".

    Lines stay apart, by a single line feed.
    """
    return "\n".join(filter(None, map(_normalised_line, unicodedata.normalize("NFKC", text).casefold().splitlines())))


def _normalised_line(text: str) -> str:
    text = "".join(character if _is_said(character) else " " for character in text)
    text = re.sub("[\u2018\u2019\u02bc`\u00b4]", "'", text)
    text = re.sub("\\s*[\u2014\u2015]\\s*", " - ", text)
    text = re.sub("[\u2010-\u2013\u2212]", "-", text)
    text = re.sub('["\u201c-\u201f\u00ab\u00bb()\\[\\]{}]', " ", text)
    text = re.sub(r"\br ?(?:&|'?n'?) ?b\b", "r&b", text)
    text = re.sub(r"(?<=\w)\s*'n'\s*(?=\w)", " and ", text)
    text = re.sub(r"(?<!\w)'|'(?!\w)", " ", text)
    return " ".join(text.split())


def _is_said(character: str) -> bool:
    """Pictures, and what chooses their look, say nothing."""
    return character.isprintable() and character != "\ufe0f" and unicodedata.category(character) != "So"


@dataclass(frozen=True)
class Names:
    """What a phrase stands for: instruments of the vocabulary (several for a family). `name`: what one is called that
    has a sound of its own under that name."""

    instruments: tuple[str, ...]
    family: bool = False
    name: str | None = None


class Lexicon:
    """Look-up of phrases for one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._sounds: dict[str, Names] = {}
        # Families first: where a name means an instrument as well as a family, the instrument wins.
        for term in vocabulary.families:
            for phrase in _phrases(term):
                self._sounds[phrase] = Names(term.members, family=True)
        for term in vocabulary.instruments:
            own = {phrase: name for name, _ in term.sounds if name != term.name for phrase in _spoken(name)}
            for phrase in _phrases(term):
                self._sounds[phrase] = Names((term.name,), name=own.get(phrase))
        self._genres = {phrase: term.name for term in vocabulary.genres for phrase in _phrases(term)}
        self._compounds = {phrase for phrase in (*self._sounds, *self._genres) if re.search(r"\band\b|[&/+]", phrase)}

    @property
    def sound_phrases(self) -> tuple[str, ...]:
        """Instruments, then families, then aliases: the order in which completions are offered."""
        names = [*self.vocabulary.instruments, *self.vocabulary.families]
        return tuple(dict.fromkeys([term.name for term in names] + [alias for term in names for alias in term.aliases]))

    @property
    def genre_phrases(self) -> tuple[str, ...]:
        genres = self.vocabulary.genres
        return tuple(dict.fromkeys([term.name for term in genres] + [a for term in genres for a in term.aliases]))

    def sound(self, phrase: str) -> Names | None:
        """An instrument or family by name, alias, or their singular and plural."""
        return next((self._sounds[form] for form in _forms(phrase) if form in self._sounds), None)

    def genre(self, phrase: str) -> str | None:
        """A genre by name or alias, without regard to "a", "style", "song"."""
        words = phrase.split()
        while words and words[0] in {*DETERMINERS, "more", "like", "kind"}:
            words.pop(0)
        while words and (words[-1] in GENRE_NOUNS) and " ".join(words) not in self._genres:
            words.pop()
        return next((self._genres[form] for form in _genre_forms(" ".join(words)) if form in self._genres), None)

    def instruments(self, phrase: str) -> tuple[list[Names], list[str]]:
        """Every sound of a list such as "the bass, some soft strings and piano", and the words that are ignored.

        Raises UserError at the first that is unknown, or where there is none.
        """
        found: list[Names] = []
        ignored: list[str] = []
        for item in self.items(phrase):
            names, dropped = self._item(item.replace("-", " "))
            found.append(names)
            ignored += dropped
        if not found:
            raise UserError("no instrument is named", f"name one of: {', '.join(self.vocabulary.instrument_names)}")
        return found, ignored

    def _item(self, item: str) -> tuple[Names, list[str]]:
        words = item.split()
        lead = next((k for k, word in enumerate(words) if word not in DETERMINERS | DESCRIPTIONS), len(words))
        tail = next((k for k, word in enumerate(words[::-1]) if word not in NOUNS | DESCRIPTIONS), len(words))
        # The less is stripped the better: "string section" and "clean guitar" are names as they stand.
        for dropped in range(lead + tail + 1):
            for front in range(min(dropped, lead) + 1):
                back = dropped - front
                if back > tail or front + back >= len(words):
                    continue
                core = words[front : len(words) - back]
                names = self.sound(" ".join(core))
                if names:
                    rest = words[:front] + words[len(words) - back :]
                    return names, [word for word in rest if word in DESCRIPTIONS]
        while len(words) > 1 and words[0] in DETERMINERS:
            words.pop(0)
        raise self.unknown_sound(" ".join(words))

    def items(self, phrase: str) -> list[str]:
        """The members of a list: "bass, piano and strings", but not the two halves of "rock and roll"."""
        held = phrase
        for index, compound in enumerate(sorted(self._compounds, key=len, reverse=True)):
            held = re.sub(rf"(?<!\w){re.escape(compound)}(?!\w)", f"\0{index}\0", held)
        compounds = sorted(self._compounds, key=len, reverse=True)
        parts = re.split(r"\s*(?:,|;|/|\+|&|\b(?:and|plus|as well as|along with|together with|also)\b)\s*", held)
        return [re.sub(r"\0(\d+)\0", lambda m: compounds[int(m[1])], part).strip() for part in parts if part.strip()]

    def unknown_sound(self, phrase: str) -> UserError:
        known = ", ".join(self.vocabulary.instrument_names)
        if phrase in VAGUE:
            return UserError(f"'{phrase}' names no instrument", f"name one of: {known}")
        return _unlearnt(f"'{phrase}'", phrase, self._sounds, f"it knows: {known}")

    def unknown_genre(self, phrase: str) -> UserError:
        known = ", ".join(self.vocabulary.genre_names)
        return _unlearnt(f"the genre '{phrase}'", phrase, self._genres, f"it knows: {known}")


@lru_cache(maxsize=8)
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    return Lexicon(vocabulary)


def _unlearnt(named: str, phrase: str, known: Iterable[str], choice: str) -> UserError:
    close = difflib.get_close_matches(phrase, list(known), n=1, cutoff=0.7)
    return UserError(f"the model has not learnt {named}", f"did you mean '{close[0]}'? {choice}" if close else choice)


def _phrases(term: Term) -> Iterator[str]:
    for phrase in (term.name, *term.aliases):
        yield from _spoken(phrase)


def _spoken(phrase: str) -> Iterable[str]:
    spoken = normalise(phrase).replace("-", " ")
    return {spoken: None, spoken.replace(" & ", " and "): None, spoken.replace(" and ", " & "): None}


def _forms(phrase: str) -> Iterator[str]:
    yield phrase
    if phrase.endswith("es"):
        yield phrase[:-2]
    if phrase.endswith("s"):
        yield phrase[:-1]
    else:
        yield phrase + "s"


def _genre_forms(phrase: str) -> Iterator[str]:
    yield phrase
    # Jazzy, jazzier.
    yield from (phrase.removesuffix(ending) for ending in ("y", "ier", "ish") if phrase.endswith(ending))
