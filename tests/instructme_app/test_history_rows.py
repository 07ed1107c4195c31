"""The tree of rounds as rows: branches whole, parents above, the newest work at the bottom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from instructme_app.views.history_rows import HistoryRow, lay_out, matching, unfolded_for


def row(id: str, parent: str | None, title: str = "", **facts) -> HistoryRow:
    return HistoryRow(id, parent, title or id, "", **facts)


def shape(rows: list[HistoryRow]) -> list[tuple[str, int, str]]:
    return [(row.id, row.rail, row.join) for row in rows]


def test_a_chain_is_one_line() -> None:
    placed = lay_out([row("a", None), row("b", "a"), row("c", "b")])
    assert shape(placed) == [("a", 0, ""), ("b", 0, "on"), ("c", 0, "on")]
    assert [row.goes_on for row in placed] == [True, True, False]
    assert [row.below for row in placed] == [2, 1, 0]


def test_what_was_tried_before_is_indented_above_what_was_made_last() -> None:
    placed = lay_out([row("a", None), row("old", "a"), row("older still", "old"), row("new", "a")])
    assert shape(placed) == [("a", 0, ""), ("old", 1, "off"), ("older still", 1, "on"), ("new", 0, "on")]


def test_going_on_from_an_old_branch_makes_it_the_line_again() -> None:
    placed = lay_out([row("a", None), row("b", "a"), row("c", "a"), row("d", "b")])
    assert shape(placed) == [("a", 0, ""), ("c", 1, "off"), ("b", 0, "on"), ("d", 0, "on")]


def test_a_folded_branch_is_one_row_that_says_how_many_it_hides() -> None:
    rows = [row("a", None), row("b", "a"), row("c", "b"), row("d", "c"), row("e", "a")]
    placed = lay_out(rows, {"b"})
    assert [row.id for row in placed] == ["a", "b", "e"]
    assert (placed[1].folded, placed[1].below, placed[1].goes_on) == (True, 2, False)
    assert not lay_out(rows, {"e"})[-1].folded


def test_going_to_a_round_that_is_folded_away_opens_what_hides_it() -> None:
    rows = [row("a", None), row("b", "a"), row("c", "b"), row("d", "a")]
    assert unfolded_for(rows, {"a", "b", "d"}, "c") == {"d"}


def test_rounds_are_found_by_title_name_note_and_star() -> None:
    rows = [
        row("a", None, "Remove drums"),
        row("b", "a", "Add strings", note="the GOOD take", starred=True),
        row("c", "b", "Add organ", label="church"),
    ]
    assert [row.id for row in matching(rows, "", False)] == ["a", "b", "c"]
    assert [row.id for row in matching(rows, "good strings", False)] == ["b"]
    assert [row.id for row in matching(rows, "church", False)] == ["c"]
    assert [row.id for row in matching(rows, "", True)] == ["b"]
    assert matching(rows, "church", True) == []


def test_the_way_to_the_current_round_can_be_followed() -> None:
    rows = [row("a", None), row("b", "a"), row("c", "b"), row("d", "a"), row("e", "b"), row("f", "d")]
    placed = {row.id: row for row in lay_out(rows, current="f")}
    assert list(placed) == ["a", "b", "c", "e", "d", "f"]
    assert [id for id, entry in placed.items() if entry.led_on] == ["a", "d"]
    assert [id for id, entry in placed.items() if entry.led_in] == ["d", "f"]
    # It runs past the whole branch that stands in between.
    assert {id: entry.led_past for id, entry in placed.items()} == {"a": -1, "b": 0, "c": 0, "e": 0, "d": -1, "f": -1}
    assert not any(entry.led_in or entry.led_on for entry in lay_out(rows, current="a"))


@st.composite
def trees(draw: st.DrawFn) -> list[HistoryRow]:
    size = draw(st.integers(1, 40))
    parents = [None, *(draw(st.integers(0, at - 1)) for at in range(1, size))]
    return [row(str(at), None if parent is None else str(parent)) for at, parent in enumerate(parents)]


@given(trees(), st.sets(st.integers(0, 40).map(str), max_size=4))
def test_any_tree_is_laid_out_whole(rows: list[HistoryRow], folded: set[str]) -> None:
    placed = lay_out(rows)
    assert sorted(row.id for row in placed) == sorted(row.id for row in rows)
    assert placed[-1].id == rows[-1].id
    at = {row.id: index for index, row in enumerate(placed)}
    for entry in placed:
        # Each branch stands together: what grew on a row follows it at once, on its rail or to the right of it.
        subtree = placed[at[entry.id] + 1 : at[entry.id] + 1 + entry.below]
        assert all(row.rail >= entry.rail for row in subtree)
        children = [row for row in placed if row.parent == entry.id]
        assert all(row in subtree for row in children)
        assert [row.rail for row in children] == [entry.rail + 1] * (len(children) - 1) + [entry.rail] * bool(children)
        # Lines to the left of a row run through it: something still to come stands on each of those rails.
        for rail in range(entry.rail):
            assert any(row.rail == rail and row.join == "on" for row in placed[at[entry.id] :])
    shown = lay_out(rows, folded)
    hidden = sum(row.below for row in shown if row.folded)
    assert len(shown) + hidden == len(rows)
