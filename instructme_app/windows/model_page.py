"""The model page: which models there are, which one edits, on what; another may be added, checked and chosen."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import UserError
from engine.messages import Ready
from instructme_app import sizes
from instructme_app.messages import line
from instructme_app.model.failure import Failure
from instructme_app.model.models import ModelFacts, Models, chosen_folder
from instructme_app.model.settings import DEVICES, PRECISIONS, Settings
from instructme_app.sizes import fit, px, window
from instructme_app.views.form import note
from instructme_app.views.form_controls import Choice
from instructme_app.views.model_card import ModelCard

LIST_WIDTH = 236


class ModelPage(QDialog):
    """Shows `models`; what is to be loaded is told by `wanted`, and what became of it comes in by `set_engine`."""

    wanted = Signal(str, str, str)
    """Folder, device and precision that the user chose."""

    def __init__(self, models: Models, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models, self._settings = models, settings
        self._ready: Ready | None = None
        self._loading = ""
        self._said: dict[Path, tuple[str, bool]] = {}
        self.setWindowTitle(self.tr("Models"))
        self._build()
        self._connect()
        self._fill()

    def _build(self) -> None:
        heading = QLabel(self.tr("Models").upper())
        heading.setProperty("role", "heading")
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Models"))
        self.list.setProperty("role", "completions")
        self.add_button = self._button(self.tr("Add a folder …"), "quiet")
        self.remove_button = self._button(self.tr("Take out of the list"), "link")
        self.device = Choice()
        self.device.setAccessibleName(self.tr("Device"))
        self.precision = Choice()
        self.precision.setAccessibleName(self.tr("Precision"))
        runs = QLabel(self.tr("Computes on").upper())
        runs.setProperty("role", "heading")
        self.engine = note()
        side = QVBoxLayout()
        side.setContentsMargins(20, 22, 16, 20)
        side.setSpacing(8)
        for part in (heading, self.list, self.add_button, self.remove_button):
            side.addWidget(part, 1 if part is self.list else 0)
        side.addSpacing(10)
        for part in (runs, self.device, self.precision, self.engine):
            side.addWidget(part)
        self._fill_devices()

        self.card = ModelCard()
        self.check_button = self._button(self.tr("Check its files"), "quiet")
        self.use_button = self._button(self.tr("Use this model"), "primary")
        close = self._button(self.tr("Close"), "quiet")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(26, 12, 20, 20)
        buttons.setSpacing(10)
        buttons.addWidget(self.check_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.use_button)
        panel = QFrame()
        panel.setProperty("role", "panel")
        main = QVBoxLayout(panel)
        main.setContentsMargins(1, 1, 1, 1)
        main.setSpacing(0)
        main.addWidget(self.card, 1)
        main.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 14, 14, 14)
        layout.setSpacing(0)
        holder = QWidget()
        holder.setLayout(side)
        fit(holder, lambda part: part.setFixedWidth((LIST_WIDTH + px(LIST_WIDTH)) // 2))
        layout.addWidget(holder)
        layout.addWidget(panel, 1)
        self.setMinimumHeight(440)
        self.resize(window(860, 680))

    def _button(self, text: str, kind: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", kind)
        button.setAutoDefault(False)
        return button

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _: self._show())
        self.add_button.clicked.connect(self._ask_folder)
        self.remove_button.clicked.connect(self._remove)
        self.check_button.clicked.connect(self._check)
        self.use_button.clicked.connect(self._use)
        self.device.activated.connect(lambda _: self._computes())
        self.precision.activated.connect(lambda _: self._computes())
        self._models.changed.connect(self._fill)
        sizes.changed.connect(self._fill)
        self._models.checked.connect(self._checked)

    # What is shown

    @property
    def folder(self) -> Path | None:
        """Of the model that is looked at."""
        item = self.list.currentItem()
        return Path(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None

    def look_at(self, folder: Path) -> None:
        for row in range(self.list.count()):
            if Path(self.list.item(row).data(Qt.ItemDataRole.UserRole)) == folder.resolve():
                self.list.setCurrentRow(row)

    def set_engine(self, ready: Ready | None, loading: str = "") -> None:
        """`ready`: what edits now; `loading`: the folder that is being taken up."""
        self._ready, self._loading = ready, loading
        if loading:
            self.engine.setText(self.tr("Loading {0} …").format(Path(loading).name))
        elif ready is None:
            self.engine.setText(self.tr("No model is loaded"))
        else:
            self.engine.setText(self.tr("{0} computes on {1} now").format(ready.model, device_words(ready.device)))
        self._fill()

    def _fill(self) -> None:
        """The list, with the model that is looked at kept."""
        looked = self.folder or chosen_folder(self._settings).resolve()
        self.list.blockSignals(True)
        self.list.clear()
        for folder in self._models.folders:
            facts = self._models.facts(folder)
            title = facts.title if facts is not None else folder.name
            if self._is_loaded(folder):
                title = self.tr("{0}  ·  in use").format(title)
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, str(folder))
            item.setToolTip(str(folder))
            item.setSizeHint(QSize(0, px(34)))
            self.list.addItem(item)
            if folder == looked:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0 and self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._show()

    def _show(self) -> None:
        folder = self.folder
        facts = self._models.facts(folder) if folder is not None else None
        there = facts is not None and not facts.problem
        checking = folder in self._models.checking
        self.check_button.setEnabled(folder is not None and not checking)
        self.use_button.setEnabled(there and not self._loading and not (folder and self._is_loaded(folder)))
        added = {path.resolve() for path in self._settings.model_folders}
        self.remove_button.setVisible(folder in added)
        self.remove_button.setEnabled(not (folder and self._is_loaded(folder)))
        if folder is None:
            self.card.set_state(self.tr("There is no model; add a folder that holds one."))
            return
        self.card.show_facts(facts or ModelFacts(folder, folder.name, problem=" "))
        self.card.set_state(*self._state(folder, facts))

    def _state(self, folder: Path, facts: ModelFacts | None) -> tuple[str, bool]:
        if folder in self._models.checking:
            return self.tr("Checking its files …"), False
        if folder in self._said:
            return self._said[folder]
        if facts is None:
            return self.tr("Reading …"), False
        if facts.problem:
            return _sentence(facts.problem), True
        if self._loading and Path(self._loading).resolve() == folder:
            return self.tr("Loading …"), False
        if self._is_loaded(folder) and self._ready is not None:
            return self.tr("In use on {0}").format(device_words(self._ready.device)), False
        return self.tr("Not in use"), False

    def _is_loaded(self, folder: Path) -> bool:
        return self._ready is not None and bool(self._ready.folder) and Path(self._ready.folder).resolve() == folder

    def _fill_devices(self) -> None:
        words = {
            "auto": self.tr("Best device"),
            "cpu": device_words("cpu"),
            "cuda": device_words("cuda"),
            "mps": device_words("mps"),
        }
        here = [name for name in DEVICES if name != ("cuda" if sys.platform == "darwin" else "mps")]
        for name in here:
            self.device.addItem(words[name], name)
        self.device.setCurrentIndex(max(0, self.device.findData(self._settings.device)))
        precisions = {
            "auto": self.tr("Fastest precision"),
            "float32": self.tr("32 bit float"),
            "bfloat16": self.tr("16 bit (bfloat16)"),
        }
        for name in PRECISIONS:
            self.precision.addItem(precisions[name], name)
        self.precision.setCurrentIndex(max(0, self.precision.findData(self._settings.precision)))

    # What the user does

    def add(self, folder: Path) -> None:
        """Check the models in `folder` and take them into the list."""
        try:
            self._models.add(folder)
        except UserError as error:
            self.card.set_state(_sentence(line(error.cause, error.remedy)), True)

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Add a folder with a model"))
        if name:
            self.add(Path(name))

    def _remove(self) -> None:
        if self.folder is not None:
            self._models.remove(self.folder)

    def _check(self) -> None:
        if self.folder is not None:
            self._said.pop(self.folder, None)
            self._models.check(self.folder)

    def _checked(self, folder: Path, failure: Failure | None) -> None:
        if failure is None:
            self._said[folder] = (self.tr("All its files are the ones that it names."), False)
            self.look_at(folder)
        elif folder in self._models.folders:
            self._said[folder] = (_sentence(line(failure.cause, failure.remedy)), True)
        else:
            # One that was to be added: the card of another model is shown, and says so once.
            self._show()
            self.card.set_state(_sentence(line(failure.cause, failure.remedy)), True)
            return
        self._show()

    def _use(self) -> None:
        if self.folder is not None:
            self._said.pop(self.folder, None)
            self.wanted.emit(str(self.folder), self.device.currentData(), self.precision.currentData())

    def _computes(self) -> None:
        """The same model, elsewhere or otherwise."""
        folder = self._ready.folder if self._ready is not None else str(chosen_folder(self._settings))
        self.wanted.emit(folder, self.device.currentData(), self.precision.currentData())

    def show_devices(self) -> None:
        """Back to what the settings say, where another choice could not be had."""
        self.device.setCurrentIndex(max(0, self.device.findData(self._settings.device)))
        self.precision.setCurrentIndex(max(0, self.precision.findData(self._settings.precision)))


def device_words(device: str) -> str:
    return {"cpu": "CPU", "cuda": "NVIDIA GPU (CUDA)", "mps": "Apple GPU (MPS)"}.get(device.split(":")[0], device)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
