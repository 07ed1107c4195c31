"""Where the musician says what to do: completion, how it was understood, and what is running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.sizes import fit, px, square
from instructme_app.views.drawer import Drawer
from instructme_app.views.prompt_controls import SeedLock, Stepper
from instructme_app.views.running import RunningRow
from instructme_app.views.time_axis import Selection, clock


@dataclass(frozen=True)
class Understanding:
    """What a text would do: canonical wordings of its rounds, or what is wrong with it."""

    rounds: tuple[str, ...] = ()
    problem: str = ""


class InstructionBar(QFrame):
    submitted = Signal(str)
    cancel_clicked = Signal()
    region_cleared = Signal()
    wish_changed = Signal()
    """Words, drawer or variations are others."""

    def __init__(
        self,
        complete: Callable[[str], Sequence[str]],
        understand: Callable[[str], Understanding],
        variations: int = 8,
        parent: QWidget | None = None,
    ) -> None:
        """`complete` gives whole texts that continue the one typed; `understand` reads it; there may be up to so many
        `variations` of an edit."""
        super().__init__(parent)
        self.setProperty("role", "prompt")
        self._complete, self._understand = complete, understand
        self._suggestions: tuple[str, ...] = ()
        self._past: list[str] = []
        self._past_index = 0
        self._asking = ""

        self.edit = QLineEdit()
        self.edit.setPlaceholderText(self.tr("Say what to change: remove the drums, add strings, solo the bass …"))
        self.edit.setAccessibleName(self.tr("Instruction"))
        self.edit.installEventFilter(self)
        self._completions = QStringListModel(self)
        self._completer = QCompleter(self._completions, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._popup = popup = QListView()
        popup.setProperty("role", "completions")
        fit(popup, lambda part: part.setMaximumWidth(px(480)))
        self._completer.setPopup(popup)
        self._completer.setMaxVisibleItems(8)
        self.edit.setCompleter(self._completer)

        self.run_button = QPushButton(self.tr("Edit"))
        self.run_button.setProperty("kind", "primary")
        fit(self.run_button, lambda part: part.setIconSize(square(16)))
        # As high as what stands beside it.
        self.run_button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        many = self.variation_count = QSpinBox()
        many.setRange(1, variations)
        many.setPrefix("× ")
        self.variations = Stepper(many, self.tr("Variations"), 34)
        self.variations.setToolTip(self.tr("How many variations to make, each with its own seed, side by side"))
        self.seed_lock = SeedLock()
        self.seed_button, self.seed = self.seed_lock.button, self.seed_lock.edit
        self.drawer_button = QToolButton()
        self.drawer_button.setCheckable(True)
        self.drawer_button.setAccessibleName(self.tr("Strength, steps and guidance"))
        self.drawer_button.setToolTip(self.tr("Strength, steps and guidance (Ctrl+.)"))
        self.drawer = Drawer()
        self.drawer.hide()

        self.understood = QLabel()
        self.understood.setProperty("role", "faint")
        self.region = QPushButton()
        self.region.setProperty("kind", "chip")
        self.region.setVisible(False)
        self.region.setToolTip(self.tr("The edit changes this region only. Click to edit the whole song."))
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)

        self.running = RunningRow()
        self.status, self.cancel_button = self.running.status, self.running.cancel_button

        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.edit, 1)
        first.addWidget(self.variations)
        first.addWidget(self.seed_lock)
        first.addWidget(self.drawer_button)
        first.addWidget(self.run_button)
        second = self._line = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self.understood)
        second.addLayout(self._chips)
        second.addStretch(1)
        second.addWidget(self.region)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 12, 14, 12)
        layout.setSpacing(6)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self.drawer)
        layout.addWidget(self.running)

        self.edit.textEdited.connect(self._offer)
        self.edit.textChanged.connect(self._explain)
        self.edit.returnPressed.connect(self._submit)
        self.run_button.clicked.connect(self._submit)
        self.running.cancel_clicked.connect(self.cancel_clicked)
        self.region.clicked.connect(self.region_cleared)
        self.drawer_button.toggled.connect(self._drawer_toggled)
        self.drawer.changed.connect(self._wish_changed)
        self.variations.changed.connect(self._wish_changed)
        self.theme_changed()
        self._explain("")

    @property
    def kept_seed(self) -> int | None:
        """The seed the user holds on to, or None for a new one each time."""
        return self.seed_lock.kept

    def show_seed(self, seed: int) -> None:
        """The seed of the latest round: what is kept when the user decides to keep it."""
        self.seed_lock.offer(seed)

    def set_suggestions(self, texts: Sequence[str]) -> None:
        """Instructions that fit what is heard, offered while nothing is typed."""
        self._suggestions = tuple(texts)
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for text in self._suggestions[:4]:
            chip = QPushButton(text)
            chip.setProperty("kind", "chip")
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(lambda _=False, text=text: self._take_suggestion(text))
            self._chips.addWidget(chip)
        self._explain(self.edit.text())

    def set_region(self, selection: Selection | None) -> None:
        self.region.setVisible(selection is not None)
        if selection is not None:
            self.region.setText(self.tr("Only {0} – {1}  ×").format(clock(selection.start), clock(selection.end)))

    def set_past(self, texts: Sequence[str]) -> None:
        """Earlier instructions, the latest last, for the arrow keys."""
        self._past = list(texts)
        self._past_index = len(self._past)

    def ask(self, words: str) -> None:
        """A question about what is typed, which another Enter says yes to; it goes when something is changed."""
        self._asking = words
        self._tell("wrong", words)

    @property
    def asking(self) -> bool:
        return bool(self._asking)

    def insist(self) -> None:
        """Say what is wrong with the words, even where they might be half a sentence."""
        self._explain(self.edit.text(), finished=True)

    @property
    def busy(self) -> bool:
        return not self.running.isHidden()

    def accepted(self, text: str) -> None:
        """The text became rounds: clear it, unless another is being typed by now."""
        self._asking = ""
        self._past_index = len(self._past)
        if self.edit.text().strip() == text.strip():
            self.edit.clear()

    def restore(self, text: str) -> None:
        """Give a text back whose edit failed, unless something new is being typed."""
        if not self.edit.text().strip():
            self.edit.setText(text)

    def theme_changed(self) -> None:
        self.run_button.setIcon(theme.icon("run", "accent_text", 16))
        self.drawer_button.setIcon(theme.icon("sliders", "muted" if self.drawer.is_default else "accent"))
        self.seed_lock.theme_changed()
        self.variations.theme_changed()
        self.drawer.theme_changed()

    def refresh(self) -> None:
        """Read the text again: the vocabulary changed."""
        self._explain(self.edit.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit:
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self.setProperty("active", "true" if event.type() == QEvent.Type.FocusIn else "false")
                self.style().unpolish(self)
                self.style().polish(self)
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
                if not self.edit.text() and _belongs_to_window(event):
                    # Without this the empty field would keep play, compare and undo for itself.
                    event.ignore()
                    return True
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not self._popup.isVisible():
                if event.key() == Qt.Key.Key_Up and self._past:
                    self._recall(-1)
                    return True
                if event.key() == Qt.Key.Key_Down and self._past:
                    self._recall(1)
                    return True
        return super().eventFilter(watched, event)

    def _recall(self, step: int) -> None:
        self._past_index = min(max(self._past_index + step, 0), len(self._past))
        self.edit.setText(self._past[self._past_index] if self._past_index < len(self._past) else "")

    def _offer(self, text: str) -> None:
        offers = list(self._complete(text)) if text.strip() else []
        self._completions.setStringList(offers)
        if not offers or offers == [text]:
            self._popup.hide()

    def _explain(self, text: str, finished: bool = False) -> None:
        self._asking = ""
        idle = not text.strip()
        for index in range(self._chips.count()):
            item = self._chips.itemAt(index)
            if item is not None and (widget := item.widget()) is not None:
                widget.setVisible(idle)
        understanding = Understanding() if idle else self._understand(text)
        if understanding.problem and not finished and self._complete(text):
            # Half a sentence is no mistake yet.
            role, line = "faint", "…"
        elif understanding.problem:
            role, line = "wrong", understanding.problem[:1].upper() + understanding.problem[1:]
        elif understanding.rounds:
            role, line = "understood", "  →  ".join(understanding.rounds)
            if len(understanding.rounds) > 1:
                line += "   " + self.tr("({0} rounds)").format(len(understanding.rounds))
        else:
            role, line = "faint", self.tr("Try") if self._suggestions else self.tr("Enter starts the edit")
        self._tell(role, line)
        self.run_button.setEnabled(bool(understanding.rounds))
        self.wish_changed.emit()

    def _tell(self, role: str, line: str) -> None:
        wide = role == "wrong"
        self.understood.setText(line)
        self.understood.setWordWrap(wide)
        # A list of what the model knows is long: it has the whole line, where the suggestions follow a short word.
        self._line.setStretchFactor(self.understood, 100 if wide else 0)
        if self.understood.property("role") != role:
            self.understood.setProperty("role", role)
            self.understood.style().unpolish(self.understood)
            self.understood.style().polish(self.understood)

    def _submit(self) -> None:
        text = self.edit.text().strip()
        if text:
            self._popup.hide()
            self.submitted.emit(text)

    def _take_suggestion(self, text: str) -> None:
        self.edit.setText(text)
        self.edit.setFocus()

    def _drawer_toggled(self, open: bool) -> None:
        self.drawer.setVisible(open)
        if not open and self.drawer.isAncestorOf(self.focusWidget() or self):
            self.edit.setFocus()
        self.wish_changed.emit()

    def _wish_changed(self) -> None:
        if self._asking:
            self._explain(self.edit.text())
        # Settings that are out of sight must not be out of mind.
        self.drawer_button.setIcon(theme.icon("sliders", "muted" if self.drawer.is_default else "accent"))
        self.wish_changed.emit()


def _belongs_to_window(event: QKeyEvent) -> bool:
    """Keys that do nothing useful in an empty field: no instruction starts with a space, a bracket, a v or an x."""
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return event.key() in (Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Delete)
    keys = Qt.Key
    return event.key() in (
        keys.Key_Space,
        keys.Key_X,
        keys.Key_V,
        keys.Key_Home,
        keys.Key_BracketLeft,
        keys.Key_BracketRight,
    )
