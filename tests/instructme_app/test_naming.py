"""File names from what people write: safe everywhere, never twice the same."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from instructme_app.model.naming import DEFAULT_PATTERN, TOKENS, Named, check_pattern, distinct, file_name, safe

WORDS = st.text(max_size=300)


@settings(max_examples=200, deadline=None)
@given(song=WORDS, title=WORDS, part=st.sampled_from(["", "removed"]))
def test_any_song_gives_a_name_that_can_be_written(tmp_path_factory, song: str, title: str, part: str) -> None:
    name = file_name(DEFAULT_PATTERN, Named(song, title, "3", part))
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|]', name)
    assert name == name.strip(" .") and name
    try:
        encoded = os.fsencode(f"{name}.flac")
    except UnicodeEncodeError:
        return  # half a surrogate pair, which no file name on this system can hold
    assert len(encoded) <= 255
    path = Path(tmp_path_factory.getbasetemp()) / f"{name}.flac"
    path.touch()
    path.unlink()


@pytest.mark.parametrize(
    ("pattern", "part", "expected"),
    [
        ("{song} - {round}", "", "Tune - Remove drums"),
        ("{song} - {round}", "removed", "Tune - Remove drums - removed"),
        ("{number} {part} {song}", "added", "3 added Tune"),
        ("{song} - {part} - {round}", "", "Tune - Remove drums"),
        ("{song} [{seed}] {date}", "", "Tune [17] 2026-11-22"),
        ("a/b\\c:d", "", "a-b-c-d"),
        ("con", "", "con_"),
        ("...", "", "untitled"),
    ],
)
def test_the_words_in_braces_are_filled_in(pattern: str, part: str, expected: str) -> None:
    assert file_name(pattern, Named("Tune", "Remove drums", "3", part, 17, "2026-11-22")) == expected


def test_a_word_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(UserError, match=r"\{tempo\}, which is not known; use \{song\}"):
        check_pattern("{song} {tempo}")
    with pytest.raises(UserError, match="file name is empty"):
        check_pattern("  ")
    check_pattern("".join(f"{{{name}}}" for name in TOKENS))


@given(st.lists(st.sampled_from(["a", "A", "b", "a (2)"]), max_size=12))
def test_no_two_files_of_one_export_share_a_name(names: list[str]) -> None:
    made = distinct(names)
    assert len({name.casefold() for name in made}) == len(names)
    assert all(one.startswith(other) for one, other in zip(made, names, strict=True))


def test_a_long_name_is_cut_between_characters() -> None:
    assert len(safe("ü" * 400).encode()) <= 220
    assert len(safe("🎵" * 400).encode()) <= 220
