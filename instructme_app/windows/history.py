"""The history in the window: what is done with rounds by key, menu and mouse, and what the panel shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QMessageBox

from engine.session import Deleted, Round
from instructme_app.model.failure import Failure
from instructme_app.model.formats import describe_bytes
from instructme_app.model.gists import Gists
from instructme_app.model.regions import Regions
from instructme_app.titles import spoken, title_of
from instructme_app.windows.describing import history_rows

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class HistoryCommands(QObject):
    """Keys mean the round that the keyboard is at in the panel, and the current one from anywhere else."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        # Before the gists note their last: the name that is taken over here changes a round once more.
        self._session.song_closing.connect(window.history.finish_edit)
        self.gists = Gists(window.session, self)
        self.regions = Regions(window.session, self)
        self._add_moves()
        self._add_marks()
        self._add_trash()
        self._connect()

    # Actions

    def _add_moves(self) -> None:
        add, session = self._window.actions_.add, self._session
        add("history", self.tr("To the round before"), "Ctrl+Up", session.undo, enabled=lambda: session.can_undo)
        add("history", self.tr("To the round after"), "Ctrl+Down", session.redo, enabled=lambda: session.can_redo)
        for words, keys, step in (
            (self.tr("To the branch before"), "Ctrl+Left", -1),
            (self.tr("To the branch after"), "Ctrl+Right", 1),
        ):
            add(
                "history", words, keys, lambda step=step: self._go_beside(step),
                enabled=lambda step=step: session.beside(step) is not None,
            )  # fmt: skip
        add("history", self.tr("Find a round"), "Ctrl+F", self._window.history.find, enabled=self._has_song)
        self._window.actions_.separate("history")

    def _add_marks(self) -> None:
        add, panel = self._window.actions_.add, self._window.history
        add("history", self.tr("Rename"), "F2", lambda: panel.edit(panel.target, "label"), enabled=self._has_song)
        add("history", self.tr("Write a note"), "F3", lambda: panel.edit(panel.target, "note"), enabled=self._has_song)
        add("history", self.tr("Star"), "F4", lambda: self.star(panel.target), enabled=self._has_edits)
        self._window.actions_.separate("history")
        add(
            "history", self.tr("Compare with this round"), "Ctrl+B", lambda: self.compare(panel.target),
            enabled=self._has_edits,
        )  # fmt: skip
        self.take = add(
            "history", self.tr("Take the selection from this round"), "Ctrl+T", lambda: self.take_region(panel.target),
            enabled=self._has_edits,
        )  # fmt: skip
        self._window.actions_.separate("history")

    def _add_trash(self) -> None:
        window, add = self._window, self._window.actions_.add
        delete = add("history", self.tr("Delete the round in the history"), "Delete", self._delete_focused)
        # From anywhere else, Delete may mean something else.
        delete.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        window.removeAction(delete)
        window.history.list.addAction(delete)
        add(
            "history", self.tr("Delete the current round"), "Ctrl+Delete", self._delete_current, enabled=self._has_edits
        )  # fmt: skip
        self.undelete = add(
            "history", self.tr("Undo delete"), "Ctrl+Shift+Delete", self.restore, enabled=lambda: bool(self._trash)
        )
        self._trash_menu = window.actions_.submenu("history", self.tr("Trash"))
        self._trash_menu.aboutToShow.connect(self._fill_trash)
        window.actions_.separate("history")
        add("history", self.tr("Export the log …"), "", window.filing.exporting.open_log, enabled=self._has_edits)

    def _connect(self) -> None:
        window, session, panel = self._window, self._session, self._window.history
        session.song_changed.connect(panel.clear)
        session.compared_changed.connect(self.refresh)
        panel.renamed.connect(self.rename)
        panel.noted.connect(self.note)
        panel.star_toggled.connect(self.star)
        panel.compare_chosen.connect(self.compare)
        panel.menu_requested.connect(self._show_menu)
        panel.undo_delete_clicked.connect(self.restore)
        self.gists.changed.connect(self.refresh)
        self.regions.changed.connect(self.refresh)
        self.regions.failed.connect(session.failed)
        window.media.loaded.connect(self._learn)

    def _has_song(self) -> bool:
        return self._session.project is not None

    def _known(self, round_id: str) -> Round | None:
        """None for a round that was deleted, or is of another song: what is written or open may come too late."""
        project = self._session.project
        return project.history[round_id] if project is not None and round_id in project.history else None

    def _has_edits(self) -> bool:
        return len(self._session.rounds) > 1

    @property
    def _trash(self) -> tuple[Deleted, ...]:
        return self._session.project.history.trash if self._session.project is not None else ()

    # What is shown

    def refresh(self) -> None:
        """Show the rounds as they are now."""
        session, current = self._session, self._session.current
        thumbnails = {**self.gists.thumbnails, **self._window.media.thumbnails}
        rows = history_rows(session, self._window.editing.queue, thumbnails, self.regions.under_way)
        self._window.history.set_rows(rows, current.id if current is not None else "")
        self._window.actions_.refresh()

    def _learn(self, key: str) -> None:
        """A round was read to be played: its thumbnail and its loudness come along."""
        session, media = self._session, self._window.media
        if session.project is None or key not in session.project.history:
            return
        read, picture = media.get(key, session.project.audio_path(key)), media.thumbnails.get(key)
        if read is not None and picture is not None:
            self.gists.learn(key, picture, read.loudness)

    def _show_menu(self, round_id: str, at: QPoint) -> None:
        menu = self.menu_for(round_id)
        if menu is not None:
            menu.exec(at)
            menu.deleteLater()

    def menu_for(self, round_id: str) -> QMenu | None:
        """What can be done with one round; None for one that is still to come."""
        session, panel = self._session, self._window.history
        entry, current = self._known(round_id), session.current
        if entry is None:
            return None
        menu = QMenu(self._window)
        # The next song has rounds of the same ids, which are not meant.
        session.song_closing.connect(menu.close)
        here = current is not None and entry.id == current.id
        edited = entry.parent is not None
        compared = session.compared is not None and session.compared.id == entry.id
        menu.addAction(self.tr("Go to this round"), lambda: session.jump(round_id)).setEnabled(not here)
        menu.addSeparator()
        menu.addAction(self.tr("Rename"), lambda: panel.edit(round_id, "label"))
        menu.addAction(self.tr("Write a note"), lambda: panel.edit(round_id, "note"))
        words = self.tr("Take the star off") if entry.starred else self.tr("Star")
        menu.addAction(words, lambda: self.star(round_id)).setEnabled(edited)
        menu.addSeparator()
        words = self.tr("Compare with the round before again") if compared else self.tr("Compare with this round")
        menu.addAction(words, lambda: self.compare(round_id)).setEnabled(compared or not here)
        take = menu.addAction(self.tr("Take the selection from this round"), lambda: self.take_region(round_id))
        take.setEnabled(not here and self._window.axis.selection is not None)
        menu.addSeparator()
        grown = len(self._below(round_id))
        words = self.tr("Delete") if not grown else self.tr("Delete, and {0} that grew on it").format(grown)
        menu.addAction(words, lambda: self.delete(round_id)).setEnabled(edited)
        return menu

    # What is done

    def rename(self, round_id: str, text: str) -> None:
        """Nothing, or the words of the instruction, give the round its own words back."""
        entry = self._known(round_id)
        if entry is None:
            return
        own = "" if entry.parent is None else (entry.understood or entry.instruction)
        self._session.annotate(round_id, label="" if text in (own, spoken(own)) else text)
        if entry.parent is None:
            self._window.title.setText(self._session.name)

    def note(self, round_id: str, text: str) -> None:
        if self._known(round_id) is not None:
            self._session.annotate(round_id, note=text)

    def star(self, round_id: str) -> None:
        entry = self._known(round_id)
        if entry is not None and entry.parent is not None:
            self._session.annotate(round_id, starred=not entry.starred)

    def compare(self, round_id: str) -> None:
        """Choose the round to compare the current one with; the same one again, and it is the parent again."""
        compared = self._session.compared
        self._session.compare(None if compared is not None and compared.id == round_id else round_id)

    def take_region(self, round_id: str) -> None:
        """A round with the selection from another round: the one meant, or the one that is compared with."""
        session, selection = self._session, self._window.axis.selection
        current, reference = session.current, session.reference
        if current is None:
            return
        if round_id == current.id and reference is not None:
            round_id = reference.id
        if selection is None:
            failure = Failure("no part of the song is selected", "drag over the part that you want from that round")
            session.failed.emit(failure)
            return
        self.regions.take(round_id, (selection.start, selection.end))

    def delete(self, round_id: str) -> None:
        """To the trash, with what grew on it; a strip in the panel takes it back."""
        session = self._session
        if self._known(round_id) is None:
            return
        branch = {round_id, *(entry.id for entry in self._below(round_id))}
        parents = {job.parent for job in self._window.editing.queue.jobs}
        parents |= {taking.pending.parent for taking in self.regions.under_way}
        if branch & parents:
            session.failed.emit(Failure("an edit of this round is under way", "wait for it, or cancel it first"))
            return
        deleted = session.delete(round_id)
        if deleted is not None:
            self._window.history.offer_undo(self._told(deleted))

    def restore(self, round_id: str | None = None) -> None:
        """Bring a deleted branch back, the last one where none is named."""
        if self._trash and self._session.restore(round_id) is not None:
            self._window.history.withdraw_offer()

    def empty_trash(self) -> bool:
        """Ask, and delete for good. True where it was done."""
        project = self._session.project
        if project is None or not self._trash:
            return False
        size = describe_bytes(project.trash_bytes)
        count = sum(len(deleted.rounds) for deleted in self._trash)
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Empty the trash"))
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(
            self.tr("Delete {0} rounds for good?").format(count) if count > 1 else self.tr("Delete 1 round for good?")
        )
        box.setInformativeText(self.tr("This frees {0}. It cannot be undone.").format(size))
        yes = box.addButton(self.tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(self.tr("Keep them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.exec()
        # While it was asked another song may have come, whose trash is not meant.
        if box.clickedButton() is not yes or self._session.project is not project:
            return False
        self._session.purge()
        self._window.history.withdraw_offer()
        self._window.statusBar().showMessage(self.tr("{0} freed").format(size), 8000)
        return True

    def _go_beside(self, step: int) -> None:
        sibling = self._session.beside(step)
        if sibling is not None:
            self._session.jump(sibling.id)

    def _delete_focused(self) -> None:
        self.delete(self._window.history.target)

    def _delete_current(self) -> None:
        self.delete(self._window.history.current)

    def _below(self, round_id: str) -> tuple[Round, ...]:
        project = self._session.project
        assert project is not None
        return project.history.below(round_id)

    def _told(self, deleted: Deleted) -> str:
        title, more = title_of(deleted.top), len(deleted.rounds) - 1
        if not more:
            return self.tr("“{0}” is in the trash").format(title)
        return self.tr("“{0}” and {1} more are in the trash").format(title, more)

    def _fill_trash(self) -> None:
        menu, project = self._trash_menu, self._session.project
        menu.clear()
        for deleted in reversed(self._trash):
            more = len(deleted.rounds) - 1
            words = self.tr("Bring back “{0}”").format(title_of(deleted.top))
            if more:
                words = self.tr("Bring back “{0}” and {1} more").format(title_of(deleted.top), more)
            menu.addAction(words, lambda id=deleted.top.id: self.restore(id))
        if not self._trash or project is None:
            menu.addAction(self.tr("The trash is empty")).setEnabled(False)
            return
        menu.addSeparator()
        words = self.tr("Empty the trash ({0}) …").format(describe_bytes(project.trash_bytes))
        menu.addAction(words, self.empty_trash)
