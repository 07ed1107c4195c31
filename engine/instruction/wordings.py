"""The wordings: where one edit ends and the next begins, and the patterns of a single edit.

Everything here reads text that engine.instruction.lexicon.normalise has been through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.instruction.times import MARK, take_regions

USUAL_VERBS = ("add", "remove", "extract", "replace", "remix", "delete", "mute", "isolate", "solo", "swap", "without")
"""What a misspelt word may have meant: those of Table 5 first."""

_ADD = (
    r"add(?: in)?|put in|bring in|include|insert|introduce|throw in|mix in|layer in|layer|overlay|give it|"
    r"accompany (?:it|this) with"
)
_WISH = r"(?:give|get) (?:me|us)|have|(?:i|we) (?:want|need)|(?:i|we)(?:'d| would) (?:like|love)"
_LISTEN = r"hear|listen to"
_GET = rf"{_ADD}|{_WISH}|{_LISTEN}|play"
_NEW = r"(?:some(?! of)|an?|more|another|extra|lots of)"
_PRESENT = r"(?:the|this|that|these|those|my|our|your|its|all)"
_REMOVE = (
    r"remove|delete|drop|mute|silence|kill|cut(?: out)?|take (?:out|away|off)|get rid of|strip(?: out| away)?|lose|"
    r"erase|eliminate|leave out|turn off|exclude|discard|throw out|without|no|minus|ditch|suppress"
)
_EXTRACT = r"extract|isolate|solo|pull out|single out|separate(?: out)?"
_DRAW = r"(?:pull|single|separate|lift)"
_REPLACE = r"replace|swap|exchange|substitute|switch|trade"
_TURN = r"change|turn|convert|transform|switch|make"
_REMIX = r"re-?mix|re-?arrange|arrange|redo|rework"
_ONLY = r"(?:only|just|nothing but)"
_HEAR = rf"(?:keep|leave|play|{_WISH}|{_LISTEN})"
_SONG = (
    r"(?:it|this|that|(?:the|this|my|that|our|a) (?:whole |entire )?"
    r"(?:song|track|music|mix|piece|recording|audio|clip|tune|thing|file))"
)
_ALL_BUT = (
    r"(?:everything|anything|all)(?: of)?(?: the)?(?: other)?(?: instruments?| tracks?| sounds?| parts?)?(?: else)?,? "
    r"(?:but|except(?: for)?|besides|other than|apart from|aside from)"
)
_MAKE_IT = rf"(?:(?:(?:make|turn|give)(?: {_SONG})?(?: into)?|{_WISH}|{_LISTEN}|play) )?"
_STYLE = r"(?:style|genre|version|remix|song|track|tune|arrangement|cover|piece|number|feel|vibe)"
_TAKE = rf"(?:make|play|do|{_WISH}|{_LISTEN})(?: {_SONG}| (?:an?|the|this) {_STYLE})?"
"""What a song is asked for with, before it is said what is to become of it: "let me hear it" without drums."""

_SOURCES = [
    # Whole words for one sound.
    ("instrumental", rf"(?:{_ONLY} )?{_MAKE_IT}(?:an? |the )?(?:instrumental|karaoke)(?: {_STYLE})?(?: only)?"),
    ("a cappella", rf"{_MAKE_IT}(?:an? |the )?(?:a cap+ella|acap+ella)(?: {_STYLE})?"),
    # Remix.
    ("remix with", rf"(?:{_REMIX})(?: {_SONG})? (?:with|using|for)(?: {_ONLY})? (?P<g>.+)"),
    ("remix to", rf"(?:{_REMIX})(?: {_SONG})? (?:to|into|in|as|like)(?: the style of)? (?P<g>.+?)"
                 rf"(?: (?:with|using|for) (?P<x>.+))?"),
    ("remix genre", rf"(?:change|switch|set) (?:the )?(?:genre|style)(?: of {_SONG})? (?:to|into) (?P<g>.+)"),
    ("remix genre", rf"(?:{_TAKE} )?in (?:the )?style of (?P<g>.+)"),
    ("maybe genre", rf"(?:{_REMIX})(?: {_SONG})? (?P<g>.+)"),
    ("maybe genre", rf"(?:{_TURN}|{_LISTEN}|play|do)(?: {_SONG})?(?: sound)?(?: (?:more )?(?:into|to|in|as|like))?"
                    rf"(?: something(?: like)?)? (?P<g>.+)"),
    ("maybe genre", rf"(?:(?:give (?:me|it|{_SONG})|(?:i|we) want|(?:i|we)(?:'d| would) like) )?(?P<g>.+ {_STYLE})"),
    ("maybe genre", rf"(?:i|we)(?: want|(?:'d| would) like) {_SONG} (?:to be|to sound(?: like)?|as|in) (?P<g>.+)"),
    ("maybe genre", r"(?:as|in|like) (?P<g>.+)"),
    ("maybe genre", rf"(?P<g>.+?) {_SONG} up(?: a (?:bit|little))?"),
    ("maybe genre", r"(?P<g>more \S+|\S+ier)"),
    # Replace.
    ("replace", r"substitute (?P<b>.+?) for (?P<a>.+)"),
    ("replace", r"(?:swap|switch|sub) in (?P<b>.+?) for (?P<a>.+)"),
    ("replace", rf"(?:{_REPLACE})(?: out)?(?: from)?(?: {_ONLY})? (?P<a>.+?) (?:with|by|for|to|into) (?P<b>.+)"),
    ("replace", rf"(?:{_TURN})(?: from)?(?: {_ONLY})? (?P<a>.+?) (?:into|to|for) (?P<b>.+)"),
    ("replace", r"make (?P<a>the .+?) an? (?P<b>.+)"),
    ("replace", rf"(?:(?:use|with|put|{_GET}) )?(?P<b>.+?) (?:instead of|in place of|rather than) (?P<a>.+)"),
    ("half replace", r"(?:replace|swap|exchange|substitute)(?: out)? (?P<a>.+)"),
    # All but one.
    ("extract", rf"(?:{_REMOVE}) {_ALL_BUT} (?P<x>.+)"),
    ("extract", rf"(?:take|cut|leave) {_ALL_BUT} (?P<x>.+?) (?:out|away)"),
    ("remove", rf"(?:(?:{_EXTRACT}|{_ONLY}|{_HEAR})(?: {_ONLY})? )?{_ALL_BUT} (?P<x>.+)"),
    # Extract.
    ("extract", rf"(?:{_EXTRACT})(?: {_ONLY})? (?P<x>.+)"),
    ("extract", rf"{_HEAR} {_ONLY} (?P<x>.+)"),
    ("extract", rf"(?:i|we)(?: {_ONLY} (?:want|need)|(?:'d| would) {_ONLY} (?:like|love))"
                rf"(?: to (?:{_LISTEN}|keep))? (?P<x>(?!{_NEW} ).+)"),
    ("extract", rf"{_ONLY} (?:let (?:me|us) )?(?:{_HEAR} )?(?P<x>.+)"),
    ("remove", rf"(?:{_REMOVE}) (?P<x>(?:(?! and )[^,;&/+])+) only"),
    ("extract", rf"(?:{_HEAR} )?(?P<x>.+?),? (?:only|alone|by itself|by themselves|on its own|on their own)"),
    ("extract", rf"{_DRAW} (?P<x>.+?) out"),
    # Remove.
    ("remove", rf"(?:take|cut|strip|leave|throw|filter)(?: {_ONLY})? (?P<x>.+?) (?:out|away|off)"),
    ("remove", rf"turn(?: {_ONLY})? (?P<x>.+?) off"),
    ("remove", rf"(?:(?:{_TAKE}|{_SONG}) )?(?:{_REMOVE})(?: more)?(?: {_ONLY})? (?P<x>.+?)(?: out)?"),
    # Add.
    ("add", r"(?:put|bring|throw|mix|layer) (?P<x>.+?) (?:in|on top|over it|on it|on top of it)"),
    ("add", rf"(?:{_ADD})(?: {_ONLY})? (?P<x>.+)"),
    ("add", rf"(?:{_LISTEN}) (?P<x>.+) (?:as well|too)"),
    ("add", rf"(?:{_WISH}|{_LISTEN}|play) (?P<x>{_NEW} .+)"),
    # What is there already may be wanted louder, alone, or back.
    ("two meanings", rf"(?:{_LISTEN}) (?P<x>.+) again"),
    ("two meanings", rf"(?:{_WISH}) (?P<x>{_PRESENT} .+)"),
    ("two meanings", r"play (?P<x>.+)"),
    ("with", rf"(?:{_TAKE} )?with (?P<x>.+)"),
    ("extract", rf"(?:{_LISTEN}) (?P<x>(?!.*\b(?:louder|softer|faster|slower)\b).+)"),
    ("add", rf"(?:{_WISH}) (?P<x>.+)"),
    ("add", r"put (?P<x>.+)"),
    # Without a verb.
    ("maybe remove", r"(?P<x>.+?) (?:out|off|away)"),
    ("maybe remove", rf"{_MAKE_IT}(?:an? |the )?(?P<x>\w{{3,}})-?less(?: {_STYLE})?"),
    ("maybe replace", r"(?P<a>.+?) (?:into|to) (?P<b>.+)"),
]  # fmt: skip
PATTERNS = [(name, re.compile(source)) for name, source in _SOURCES]
"""(what it asks for, pattern): the first that fits a whole clause wins. Groups: `x` a list of sounds, `a` what goes and
`b` what comes, `g` a genre (or, for "remix with" and "remix to", a list of sounds)."""

VERB_START = re.compile(
    rf"(?:{_GET}|{_REMOVE}|{_EXTRACT}|{_REPLACE}|{_TURN}|{_REMIX}|keep|leave|put|bring|throw|take|use|in the style)\b"
)
"""What begins an edit of its own after "and", a comma or another mark, and on a line of its own."""

BARE = re.compile(
    r"(?:add|remove|extract|replace|remix|delete|drop|mute|isolate|solo|swap|change|only|just|without|no|put|take|"
    r"put in|take out|get rid of|remix to|remix with|replace with|hear|listen to|cut|silence|erase|keep)"
)

KEPT = re.compile(rf"keep (?P<x>(?!{_ONLY} ).+?)(?<! only)(?<! alone)(?: (?:in|as (?:it|they) (?:is|are|was|were)))?")
"""What a sound is left out of an edit by: "remove the guitars but keep the acoustic guitar"."""

UNKNOWN_GENRE = re.compile(
    rf"(?:{_TURN}|{_REMIX})(?: {_SONG})(?: sound)?(?: more)?(?: (?:into|to|in|as|like))?(?: an?)? (?P<g>.+)|"
    r"(?:an? )?(?P<h>.+) (?:version|remix|cover|style)"
)
"""What asks for a genre, whatever it is called."""

LEVEL = re.compile(
    r"\d ?%|\b(?:louder|softer|quieter|volume|loudness|boost|amplify|attenuate|\d+ ?(?:percent|db|decibels?)|"
    r"turn (?:.+ )?(?:up|down)|raise|lower|(?:bring|push) (?:.+ )?(?:up|down|forward|back)|pan)\b|"
    r"^(?:(?:some|a bit|a little|even|much) )?(?:more|less|half)\b"
)
EFFECT = re.compile(
    r"\b(?:tempo|bpm|speed|faster|slower|slow down|pitch\w*|transpose|semitones?|tune|autotune|key|reverb|echo|delay|"
    r"compress\w*|limiter|eq|equali[sz]e\w*|fade|crossfade|master|normali[sz]e|denoise|noise|hum|hiss|clicks|"
    r"trim|crop|shorten|reverse|stereo|mono)\b"
)
"""What a studio does with a sound, and no edit here."""

_STRONG = re.compile(
    r"(?<=\w) (?=(?:add|remove|extract|isolate|delete|mute|get rid of|without) )|"
    rf"(?<=\w) (?=replace .+ (?:with|by) )|(?<=\w) (?=remix (?:{_SONG} )?(?:to|with|into|as) )"
)
"""Verbs that begin an edit wherever they stand: no instrument or genre is called so."""

_OPENING = re.compile(_TAKE)

_SENTENCES = re.compile(
    r"[.!?;:]+(?= |$)|,? ?\b(?:and |but )?(?:then|after that|afterwards|finally|next)\b,?|,? ?(?:->|\u2192)"
)
# "Also hear the strings" asks for more than the strings: there, "also" is no politeness.
_ALSO = rf"also(?! (?:let (?:me|us) |(?:i|we)\S*(?: \w+){{0,2}} to )?(?:{_LISTEN})\b)"
_SEPARATOR = re.compile(
    rf"\s*(?:[,;:.!?&/+]+|(?<= )-+|\b(?:and|but|plus|{_ALSO})\b)(?:\s*\b(?:and|but|plus|{_ALSO}|please|pls|plz)\b)*\s*"
)

_LEAD = re.compile(
    r"^(?:please|pls|plz|kindly|can (?:you|we|i)|could (?:you|we|i)|would you|will you|let's|let us|let me|now|first|"
    r"hey|hi|hello|yo|thanks|thx|ok|okay|so|and|but|(?:i|we) want you to|(?:i|we)(?:'d| would) like you to|"
    r"(?:i|we) (?:really )?(?:want|need|have) to|(?:i|we)(?:'d| would) (?:really )?(?:like|love) to|"
    # "I only want to hear": there, "only" says what is meant.
    r"(?:i|we) (?:only|just|also) (?:want|need|have) to(?! (?:hear|listen|keep))|"
    r"(?:i|we)(?:'d| would) (?:only|just|also) (?:like|love) to(?! (?:hear|listen|keep))|"
    rf"{_ALSO}|go ahead and|try to|help me|maybe|perhaps|instructme)\b[ ,]*"
)
_JUST_DO = re.compile(
    rf"(?:just|simply|only) (?=(?:{_REMOVE}|{_REPLACE}|{_TURN}|{_REMIX}|{_EXTRACT}|{_ADD}|put|bring|throw|take|use)\b)"
)
_TRAIL = re.compile(
    r"[ ,]*(?:[.!?;:,]|\b(?:please|pls|plz|thanks|thx|thank you|for me|completely|entirely|totally|altogether|again|"
    rf"as well|too|now|right now|if you can|will you|would you|"
    rf"(?:from|to|in|into|on|over|on top of|of|for|under|underneath|beneath|behind|below) {_SONG}|"
    r"(?:in|to|into) the background))$"
)

_HEARD_TOO = re.compile(rf".*\b(?:{_LISTEN}) .+ (?:as well|too|again)")
"""Where a trailing word is no politeness: to hear a sound "as well" is more than to hear it."""

_EDGES = " ,-+*\u2022"


def unwrapped(text: str) -> str:
    """One line: where the next line begins an edit a sentence ends, elsewhere the lines run on."""
    first, *others = text.split("\n")
    return first + "".join(f"{'; ' if _begins_edit(take_regions(line)[0]) else ' '}{line}" for line in others)


def clauses(text: str) -> Iterator[str]:
    """One piece of text for each edit: at the end of sentences, at "then", and where "and" or a mark meets a verb."""
    for sentence in _SENTENCES.split(text):
        start = 0
        for match in _SEPARATOR.finditer(sentence):
            if _begins_edit(sentence[match.end() :]):
                yield from _at_strong_verbs(sentence[start : match.start()])
                start = match.end()
        yield from _at_strong_verbs(sentence[start:])


def _begins_edit(text: str) -> bool:
    return VERB_START.match(_without_lead(" ".join(MARK.sub(" ", text).split()).strip(_EDGES))) is not None


def _at_strong_verbs(text: str) -> Iterator[str]:
    held = ""
    for part in _STRONG.split(text):
        held = f"{held} {part}".strip()
        said = trimmed(MARK.sub(" ", held))
        # "just", "the song", "let me hear it": what has no verb of its own yet belongs to the one that follows.
        if VERB_START.match(said) and not _OPENING.fullmatch(said):
            yield held
            held = ""
    if held:
        yield held


def trimmed(clause: str) -> str:
    """Without the words of politeness around it, and without "from the song"."""
    clause = " ".join(clause.split())
    while True:
        before = clause
        clause = _without_lead(clause.strip(_EDGES))
        if not _HEARD_TOO.fullmatch(clause):
            clause = _TRAIL.sub("", clause)
        if clause == before:
            return clause


def _without_lead(clause: str) -> str:
    while lead := _LEAD.match(clause) or _JUST_DO.match(clause):
        clause = clause[lead.end() :]
    return clause
