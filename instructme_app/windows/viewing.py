"""What the View menu does with the lanes: compare, show, hide, snap, zoom; and remembering it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from instructme_app.views.lane import Lane
from instructme_app.views.time_axis import Selection
from instructme_app.views.view_bar import MODES, ViewBar
from instructme_app.windows.inspecting import Inspecting
from instructme_app.windows.lanes import GROUPS
from instructme_app.windows.picturing import Picturing

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

STEP = 0.1
"""Of what is in sight, for one press of an arrow key."""
LANE_STEP = 60
"""Pixels that the lanes scroll up or down for one press of an arrow key."""


class Viewing(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._lanes, self._axis, self._settings = window.lanes, window.axis, window.settings
        self.bar = ViewBar()
        self._stack = self._lanes.stack
        self._stack.above.addWidget(self.bar)
        self._restoring = True
        self._add_comparing()
        self._add_showing()
        self.picturing = Picturing(window)
        self.inspecting = Inspecting(window)
        self.bar.bind(self.bar.inspect, self.inspecting.action)
        self._add_going()
        self._restore(self._settings.views)
        self._restoring = False
        self.bar.mode_chosen.connect(self._lanes.set_mode)
        self._lanes.mode_changed.connect(self._show_mode)
        self._axis.selection_changed.connect(self._show_selection)
        self._axis.grid_changed.connect(self._show_selection)
        self._stack.menu_requested.connect(self._open_menu)
        self._stack.column.heights_changed.connect(self._heights_dragged)
        self._show_mode()

    # The actions

    def _add_comparing(self) -> None:
        actions = self._window.actions_
        actions.separate("view")
        compare = actions.submenu("view", self.tr("Compare two rounds"))
        names = {
            "side": self.tr("Side by side"),
            "overlay": self.tr("Overlaid"),
            "difference": self.tr("Their difference"),
        }
        group = QActionGroup(self)
        self._modes: dict[str, QAction] = {}
        for mode in MODES:
            act = lambda mode=mode: self._lanes.set_mode(mode)  # noqa: E731
            self._modes[mode] = actions.add("view", names[mode], "", act, checked=False, submenu=compare)
            group.addAction(self._modes[mode])
        compare.addSeparator()
        two = lambda: self._lanes.reference is not None  # noqa: E731
        actions.add("view", self.tr("Next way to compare"), "V", self._lanes.next_mode, enabled=two, submenu=compare)

    def _add_showing(self) -> None:
        actions = self._window.actions_
        menu = self.lane_menu = actions.submenu("view", self.tr("Lanes"))
        names = {
            "waveform": self.tr("Waveform"),
            "spectrogram": self.tr("Spectrum over time"),
            "chords": self.tr("Chords"),
            "pitches": self.tr("Pitches"),
            "instruments": self.tr("Instruments heard"),
        }
        self._groups: dict[str, QAction] = {}
        for number, group in enumerate(GROUPS, 1):
            self._groups[group] = self._toggle(
                names[group], f"Ctrl+{number}", menu, lambda on, group=group: self._lanes.show_group(group, on), True
            )
        menu.addSeparator()
        self.grid = self._toggle(self.tr("Beats and bars"), "Ctrl+6", menu, self._axis.show_grid, True)
        self.overview = self._toggle(self.tr("Overview"), "Ctrl+7", menu, self._stack.overview.setVisible, True)
        self.both = self._toggle(
            self.tr("What is heard in both rounds"), "Ctrl+8", menu, self._lanes.set_both_heard, False
        )
        menu.addSeparator()
        actions.add("view", self.tr("Usual heights"), "", self._usual_heights, submenu=menu)
        self.snap = self._toggle(self.tr("Snap selections to beats"), "S", None, self._set_snapping, True)
        self.bar.bind(self.bar.snap, self.snap)
        self.bar.set_menu(menu)

    def _add_going(self) -> None:
        actions, axis, stack = self._window.actions_, self._axis, self._stack
        playback = self._window.playback
        actions.add("edit", self.tr("Select the whole song"), "Ctrl+A", axis.select_all, enabled=self._has_song)
        actions.add("edit", self.tr("Select the bar at the playhead"), "Shift+B", self._select_bar)
        actions.add("view", self.tr("Zoom to the selection"), "Ctrl+9", self._zoom_to_selection)
        menu = actions.submenu("view", self.tr("With the lanes in focus"))
        scroll: Callable[[int], None] = lambda way: axis.pan(way * STEP * axis.span)  # noqa: E731
        for text, key, act in (
            (self.tr("Zoom in at the playhead"), ("+", "="), lambda: axis.zoom(0.6, playback.position)),
            (self.tr("Zoom out at the playhead"), "-", lambda: axis.zoom(1 / 0.6, playback.position)),
            (self.tr("See the whole song"), "0", axis.show_all),
            (self.tr("Scroll back"), "Left", lambda: scroll(-1)),
            (self.tr("Scroll on"), "Right", lambda: scroll(1)),
            (self.tr("Page back"), "PgUp", lambda: axis.pan(-axis.span)),
            (self.tr("Page on"), "PgDown", lambda: axis.pan(axis.span)),
            (self.tr("Lanes up"), "Up", lambda: stack.scroll_by(-LANE_STEP)),
            (self.tr("Lanes down"), "Down", lambda: stack.scroll_by(LANE_STEP)),
            (self.tr("Shorten the selection"), "Shift+Left", lambda: self._move_end(-1)),
            (self.tr("Lengthen the selection"), "Shift+Right", lambda: self._move_end(1)),
        ):
            action = actions.add("view", text, key, act, submenu=menu)
            # These keys mean something else in lists and text fields: they count while the lanes have the focus.
            self._window.removeAction(action)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            stack.addAction(action)

    def _toggle(
        self, text: str, key: str, menu: QMenu | None, change: Callable[[bool], object], checked: bool
    ) -> QAction:
        action = self._window.actions_.add("view", text, key, self._remember, checked=checked, submenu=menu)
        action.toggled.connect(change)
        return action

    # What they do

    def _set_snapping(self, on: bool) -> None:
        self._axis.snapping = on

    def _has_song(self) -> bool:
        return self._axis.duration > 0

    def _select_bar(self) -> None:
        self._axis.select_bar(self._window.playback.position)

    def _zoom_to_selection(self) -> None:
        selection = self._axis.selection
        if selection is not None:
            self._axis.show(selection.start - 0.03 * selection.duration, selection.duration * 1.06)

    def _move_end(self, way: int) -> None:
        """One beat on or back, or a hundredth of what is in sight where there are no beats."""
        axis = self._axis
        kept = axis.selection or Selection(self._window.playback.position, self._window.playback.position)
        beats = axis.grid.beats
        if axis.snapping and beats.size:
            at = int(beats.searchsorted(kept.end + way * 1e-4, side="left" if way > 0 else "right"))
            index = at if way > 0 else at - 1
            end = float(beats[index]) if 0 <= index < beats.size else axis.duration if way > 0 else kept.start
        else:
            end = kept.end + way * axis.span / 100
        axis.select(Selection(kept.start, max(end, kept.start)))

    def _usual_heights(self) -> None:
        for group in GROUPS:
            self._lanes.set_height(group, None)
        self._remember()

    def _heights_dragged(self) -> None:
        """The lanes of a group keep one height."""
        dragged = self._stack.column.dragged
        if dragged is not None:
            self._lanes.set_height(self._lanes.group_of(dragged), dragged.chosen_height)
        self._remember()

    def _open_menu(self, lane: Lane | None, at: QPoint) -> None:
        self.menu_for(lane).popup(at)

    def menu_for(self, lane: Lane | None) -> QMenu:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if lane is not None:
            group = self._lanes.group_of(lane)
            menu.addAction(self.tr("Save this lane as a picture …"), lambda: self.picturing.ask([lane]))
        menu.addAction(self.picturing.action)
        menu.addSeparator()
        if lane is not None:
            menu.addAction(self.tr("Hide this lane"), self._groups[group].trigger)
            menu.addAction(self.tr("Usual height"), lambda: self._lanes.set_height(group, None))
            menu.addSeparator()
        menu.addMenu(self.lane_menu)
        menu.addAction(self.snap)
        return menu

    # What is shown and remembered

    def _show_mode(self) -> None:
        self.bar.set_mode(self._lanes.mode, self._lanes.reference is not None)
        self._modes[self._lanes.mode].setChecked(True)
        for action in self._modes.values():
            action.setEnabled(self._lanes.reference is not None)
        self._remember()

    def _show_selection(self) -> None:
        self.bar.set_selection(self._axis.selection, self._axis.grid)

    def _remember(self) -> None:
        if self._restoring:
            return
        self._settings.views = {
            "mode": self._lanes.mode,
            "hidden": [group for group in GROUPS if not self._lanes.shown(group)],
            "heights": self._lanes.heights(),
            "snap": self.snap.isChecked(),
            "grid": self.grid.isChecked(),
            "overview": self.overview.isChecked(),
            "both": self.both.isChecked(),
        }

    def _restore(self, kept: dict[str, Any]) -> None:
        """What an older version, or a hand, wrote otherwise is passed over."""
        hidden, heights = kept.get("hidden"), kept.get("heights")
        for group in hidden if isinstance(hidden, list) else ():
            if group in self._groups:
                self._groups[group].setChecked(False)
        for group, height in (heights if isinstance(heights, dict) else {}).items():
            if group in GROUPS and isinstance(height, int):
                self._lanes.set_height(group, min(height, 900))
        for name, action in (("snap", self.snap), ("grid", self.grid), ("overview", self.overview)):
            action.setChecked(kept.get(name) is not False)
        self.both.setChecked(kept.get("both") is True)
        self._lanes.set_mode(str(kept.get("mode", MODES[0])))
