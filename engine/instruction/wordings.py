"""The wordings: where one edit ends and the next begins, and the patterns of a single edit.

Everything here reads text that engine.instruction.lexicon.normalise has been through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.instruction.times import MARK

TABLE_VERBS = ("add", "remove", "extract", "replace", "remix")

_ADD = (
    r"add(?: in)?|put in|bring in|include|insert|introduce|throw in|mix in|layer in|layer|overlay|play|"
    r"give (?:me|it|us)|(?:i|we) (?:want|need)(?: to hear)?|(?:i|we)(?:'d| would) like(?: to hear)?|let me hear|"
    r"accompany (?:it|this) with"
)
_REMOVE = (
    r"remove|delete|drop|mute|silence|kill|cut(?: out)?|take (?:out|away|off)|get rid of|strip(?: out| away)?|lose|"
    r"erase|eliminate|leave out|turn off|exclude|discard|throw out|without|no|minus|ditch|suppress"
)
_EXTRACT = r"extract|isolate|solo|pull out|single out|separate(?: out)?"
_REPLACE = r"replace|swap|exchange|substitute|switch|trade"
_TURN = r"change|turn|convert|transform|switch|make"
_REMIX = r"re-?mix|re-?arrange|arrange|redo|rework"
_ONLY = r"(?:only|just|nothing but)"
_HEAR = (
    r"(?:keep|leave|give (?:me|us)|play|hear|listen to|let me hear|(?:i|we) (?:want|need)(?: to hear| to keep)?|"
    r"(?:i|we)(?:'d| would) like(?: to hear| to keep)?)"
)
_SONG = (
    r"(?:it|this|that|(?:the|this|my|that|our|a) (?:whole |entire )?"
    r"(?:song|track|music|mix|piece|recording|audio|clip|tune|thing|file))"
)
_ALL_BUT = (
    r"(?:everything|anything|all)(?: of)?(?: the)?(?: other)?(?: instruments?| tracks?| sounds?| parts?)?(?: else)?,? "
    r"(?:but|except(?: for)?|besides|other than|apart from|aside from)"
)
_MAKE_IT = rf"(?:(?:make|turn|give)(?: {_SONG}| me)?(?: into)? )?"
_STYLE = r"(?:style|genre|version|remix|song|track|tune|arrangement|cover|piece|number|feel|vibe)"

_SOURCES = [
    # Whole words for one sound.
    ("instrumental", rf"{_MAKE_IT}(?:an? )?(?:instrumental|karaoke)(?: {_STYLE})?"),
    ("a cappella", rf"{_MAKE_IT}(?:an? )?(?:a cap+ella|acap+ella)(?: {_STYLE})?"),
    # Remix.
    ("remix with", rf"(?:{_REMIX})(?: {_SONG})? (?:with|using|for)(?: {_ONLY})? (?P<g>.+)"),
    ("remix to", rf"(?:{_REMIX})(?: {_SONG})? (?:to|into|in|as|like)(?: the style of)? (?P<g>.+?)"
                 rf"(?: (?:with|using|for) (?P<x>.+))?"),
    ("remix genre", rf"(?:change|switch|set) (?:the )?(?:genre|style)(?: of {_SONG})? (?:to|into) (?P<g>.+)"),
    ("remix genre", rf"(?:(?:make|play|do|have)(?: {_SONG})? )?in (?:the )?style of (?P<g>.+)"),
    ("maybe genre", rf"(?:{_REMIX})(?: {_SONG})? (?P<g>.+)"),
    ("maybe genre", rf"(?:{_TURN}|play|do)(?: {_SONG})?(?: sound)?(?: (?:more )?(?:into|to|in|as|like))?"
                    rf"(?: something(?: like)?)? (?P<g>.+)"),
    ("maybe genre", rf"(?:(?:give (?:me|it|{_SONG})|(?:i|we) want|(?:i|we)(?:'d| would) like) )?(?P<g>.+ {_STYLE})"),
    ("maybe genre", rf"(?:i|we)(?: want|(?:'d| would) like) {_SONG} (?:to be|to sound(?: like)?|as|in) (?P<g>.+)"),
    ("maybe genre", r"(?:as|in|like) (?P<g>.+)"),
    # Replace.
    ("replace", r"substitute (?P<b>.+?) for (?P<a>.+)"),
    ("replace", rf"(?:{_REPLACE})(?: out)?(?: from)? (?P<a>.+?) (?:with|by|for|to|into) (?P<b>.+)"),
    ("replace", rf"(?:{_TURN})(?: from)? (?P<a>.+?) (?:into|to|for) (?P<b>.+)"),
    ("replace", r"make (?P<a>the .+?) an? (?P<b>.+)"),
    ("replace", rf"(?:(?:use|have|with|put|{_ADD}) )?(?P<b>.+?) (?:instead of|in place of|rather than) (?P<a>.+)"),
    ("half replace", r"(?:replace|swap|exchange|substitute)(?: out)? (?P<a>.+)"),
    # All but one.
    ("extract", rf"(?:{_REMOVE}) {_ALL_BUT} (?P<x>.+)"),
    ("extract", rf"(?:take|cut|leave) {_ALL_BUT} (?P<x>.+?) (?:out|away)"),
    ("remove", rf"(?:(?:{_EXTRACT}|{_ONLY}|{_HEAR})(?: {_ONLY})? )?{_ALL_BUT} (?P<x>.+)"),
    # Extract.
    ("extract", rf"(?:{_EXTRACT})(?: {_ONLY})? (?P<x>.+)"),
    ("extract", rf"{_HEAR} {_ONLY} (?P<x>.+)"),
    ("extract", rf"(?:i|we) {_ONLY} (?:want|need)(?: to hear| to keep)? (?P<x>.+)"),
    ("extract", rf"{_ONLY} (?:{_HEAR} )?(?P<x>.+)"),
    ("extract", rf"(?:{_HEAR} )?(?P<x>.+?),? (?:only|alone|by itself|by themselves|on its own|on their own)"),
    # Remove.
    ("remove", r"(?:take|cut|strip|leave|throw|filter) (?P<x>.+?) (?:out|away|off)"),
    ("remove", r"turn (?P<x>.+?) off"),
    ("remove", rf"(?:(?:make|play|have) )?(?:{_SONG} )?(?:{_REMOVE})(?: more)? (?P<x>.+?)(?: out)?"),
    # Add.
    ("add", r"(?:put|bring|throw|mix|layer) (?P<x>.+?) (?:in|on top|over it|on it|on top of it)"),
    ("add", rf"(?:{_ADD}) (?P<x>.+)"),
    ("add", r"put (?P<x>.+)"),
]  # fmt: skip
PATTERNS = [(name, re.compile(source)) for name, source in _SOURCES]
"""(what it asks for, pattern): the first that fits a whole clause wins. Groups: `x` a list of sounds, `a` what goes and
`b` what comes, `g` a genre (or, for "remix with" and "remix to", a list of sounds)."""

VERB_START = re.compile(
    rf"(?:{_ADD}|{_REMOVE}|{_EXTRACT}|{_REPLACE}|{_TURN}|{_REMIX}|keep|leave|put|bring|throw|take|use|in the style)\b"
)
"""What begins an edit of its own after "and" or a comma."""

BARE = re.compile(
    r"(?:add|remove|extract|replace|remix|delete|drop|mute|isolate|solo|swap|change|only|just|without|no|put|take|"
    r"put in|take out|get rid of|remix to|remix with|replace with)"
)

_STRONG = re.compile(
    r"(?<=\w) (?=(?:add|remove|extract|isolate|delete|mute|get rid of|without) )|"
    rf"(?<=\w) (?=replace .+ (?:with|by) )|(?<=\w) (?=remix (?:{_SONG} )?(?:to|with|into|as) )"
)
"""Verbs that begin an edit wherever they stand: no instrument or genre is called so."""

_SENTENCES = re.compile(r"[.!?;:\n]+(?= |$)|,? ?\b(?:and |but )?(?:then|after that|afterwards|finally|next)\b,?|,? ?->")
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:and|but|also|plus)?(?= |$)|\b(?:and|but|plus|also)\b)(?:\s+(?:also|please))*\s*")

_LEAD = re.compile(
    r"^(?:please|kindly|can (?:you|we|i)|could (?:you|we|i)|would you|will you|let's|let us|now|also|first|hey|hi|"
    r"hello|ok|okay|so|and|but|i want you to|i would like you to|i'd like you to|"
    r"(?:i|we) (?:want|need|have) to (?!hear|keep)|"
    r"(?:i'd|i would|we'd) (?:like|love) to (?!hear|keep)|go ahead and|try to|help me|maybe|perhaps|instructme)\b[ ,]*"
)
_JUST_DO = re.compile(rf"(?:just|simply) (?=(?:{_REMOVE}|{_REPLACE}|{_REMIX}|{_EXTRACT}|add|put in|take|make)\b)")
_TRAIL = re.compile(
    r"[ ,]*(?:[.!?;:,]|\b(?:please|thanks|thank you|for me|completely|entirely|totally|altogether|again|as well|too|"
    rf"now|right now|if you can|will you|would you|(?:from|to|in|into|on|over|on top of|of|for) {_SONG}|"
    r"(?:in|to|into) the background))$"
)


def clauses(text: str) -> Iterator[str]:
    """One piece of text for each edit: at the end of sentences, at "then", and where "and" or a comma meets a verb."""
    for sentence in _SENTENCES.split(text):
        start = 0
        for match in _SEPARATOR.finditer(sentence):
            if VERB_START.match(_LEAD.sub("", sentence[match.end() :], count=1)):
                yield from _at_strong_verbs(sentence[start : match.start()])
                start = match.end()
        yield from _at_strong_verbs(sentence[start:])


def _at_strong_verbs(text: str) -> Iterator[str]:
    held = ""
    for part in _STRONG.split(text):
        held = f"{held} {part}".strip()
        # "just", "the song": what has no verb yet belongs to the one that follows.
        if VERB_START.match(trimmed(MARK.sub(" ", held))):
            yield held
            held = ""
    if held:
        yield held


def trimmed(clause: str) -> str:
    """Without the words of politeness around it, and without "from the song"."""
    clause = " ".join(clause.split())
    while True:
        before = clause
        clause = clause.strip(" ,-")
        lead = _LEAD.match(clause) or _JUST_DO.match(clause)
        if lead:
            clause = clause[lead.end() :]
        clause = _TRAIL.sub("", clause)
        if clause == before:
            return clause
