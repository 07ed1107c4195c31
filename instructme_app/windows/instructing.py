"""What is asked for and what becomes of it: the instruction bar, its drawer, and the queue above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from engine.errors import UserError
from instructme_app.model.failure import Failure
from instructme_app.model.previewing import SpectrumPreview
from instructme_app.model.wishes import Wish
from instructme_app.views.queue_panel import QueuePanel
from instructme_app.windows.describing import memory_line, progress_line, queue_rows, time_left

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

TICK = 1000
"""Milliseconds between two looks at the clock while an edit runs."""


class Instructing(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown: bool | None = None
        """Whether the user wants the queue in sight; None leaves it to what is in it."""
        self.queue = QueuePanel()
        window.layout_.add_above_bar(self.queue)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK)
        self._clock.timeout.connect(self._show_progress)
        self._add_actions()
        self._connect()
        window.bar.set_past(window.settings.instructions)
        self.refresh()

    def _add_actions(self) -> None:
        window = self._window
        add, editing, bar = window.actions_.add, window.editing, window.bar
        window.actions_.separate("edit")
        self.next = add(
            "edit", self.tr("Make this edit next"), "Ctrl+Return", lambda: self._submit_typed(first=True),
            enabled=lambda: window.session.project is not None,
        )  # fmt: skip
        self.again = add(
            "edit", self.tr("Again with another seed"), "Ctrl+R", editing.repeat,
            enabled=lambda: editing.can_repeat, icon="dice",
        )  # fmt: skip
        self.cancel_all = add(
            "edit", self.tr("Cancel all edits"), "", editing.cancel_all, enabled=lambda: bool(editing.queue.jobs)
        )
        self.drawer = add("view", self.tr("Strength, steps and guidance"), "Ctrl+.", bar.drawer_button.toggle)
        self.panel = add("view", self.tr("Queue of edits"), "Ctrl+J", self.toggle_queue)
        self.rest = add("tools", self.tr("Free the model's memory"), "", editing.rest, enabled=lambda: editing.can_rest)

    def _connect(self) -> None:
        window, queue = self._window, self.queue
        editing, bar = window.editing, window.bar
        editing.queue_changed.connect(self.refresh)
        editing.progress_changed.connect(self._show_progress)
        editing.engine_changed.connect(self.refresh)
        editing.preview_changed.connect(self._show_preview)
        window.session.song_changed.connect(self._show_memory)
        bar.submitted.connect(self.submit)
        bar.cancel_clicked.connect(lambda: editing.cancel())
        bar.wish_changed.connect(self._show_memory)
        queue.cancel_clicked.connect(editing.cancel)
        queue.cancel_all_clicked.connect(editing.cancel_all)
        queue.moved.connect(editing.move)
        queue.retry_clicked.connect(editing.retry)
        queue.dismiss_clicked.connect(editing.dismiss)
        queue.change_clicked.connect(self._change)
        queue.close_clicked.connect(self.toggle_queue)

    # What the user does

    @property
    def wish(self) -> Wish:
        """As the bar, its drawer and the selection say."""
        bar = self._window.bar
        return Wish(
            seed=bar.kept_seed,
            region=self._region,
            steps=bar.drawer.chosen_steps,
            guidance=bar.drawer.chosen_guidance,
            strength=bar.drawer.share,
            variations=bar.variation_count.value(),
        )

    def submit(self, text: str, first: bool = False) -> None:
        """Queue an instruction, or say in the bar what is wrong with it, or that memory may not be enough."""
        window, bar = self._window, self._window.bar
        try:
            window.editing.read(text)
        except UserError:
            # The bar says what is wrong with what stands in it: once is enough.
            if bar.edit.text().strip() != text:
                bar.edit.setText(text)
            bar.insist()
            return
        memory = window.editing.memory(text, self._region)
        if memory is not None and not memory.fits and not bar.asking:
            if bar.edit.text().strip() != text:
                bar.edit.setText(text)
            bar.ask(
                self.tr("{0} Enter starts it all the same; a shorter region takes less.").format(memory_line(memory))
            )
            return
        try:
            window.editing.submit(text, self.wish, first=first)
        except UserError as error:
            window.session.failed.emit(Failure(error.cause, error.remedy, typed=text))
            return
        window.banner.hide()
        window.settings.remember_instruction(text)
        bar.set_past(window.settings.instructions)
        bar.variation_count.setValue(1)
        bar.accepted(text)

    def toggle_queue(self) -> None:
        self._shown = not self.queue.isVisibleTo(self._window)
        self._show_queue()
        if self._shown:
            self.queue.focus_first()
        else:
            self._window.bar.edit.setFocus()

    def _submit_typed(self, first: bool) -> None:
        text = self._window.bar.edit.text().strip()
        if text:
            self.submit(text, first)

    def _change(self, job_id: str) -> None:
        """The words of a failed edit go back into the field, to be put otherwise."""
        editing, bar = self._window.editing, self._window.bar
        failed = next((entry for entry in editing.queue.failed if entry.job.id == job_id), None)
        if failed is not None:
            bar.edit.setText(failed.job.typed)
            bar.edit.setFocus()
            editing.dismiss(job_id)

    # What the model tells

    def refresh(self) -> None:
        self._show_queue()
        self._show_progress()
        self._show_memory()
        self._window.actions_.refresh()

    def theme_changed(self) -> None:
        self.queue.theme_changed()

    @property
    def _region(self) -> tuple[float, float] | None:
        selection = self._window.axis.selection
        return (selection.start, selection.end) if selection is not None else None

    def _show_queue(self) -> None:
        queue = self._window.editing.queue
        had_focus = self.queue.isAncestorOf(self._window.focusWidget() or self._window)
        self.queue.set_rows(queue_rows(queue))
        if not queue.jobs and not queue.failed:
            self._shown = None
        self.queue.setVisible(bool(queue.waiting or queue.failed) if self._shown is None else self._shown)
        if had_focus and not self.queue.isAncestorOf(self._window.focusWidget() or self._window):
            # The row that had the keyboard is gone.
            (self.queue.focus_first if self.queue.isVisibleTo(self._window) else self._window.bar.edit.setFocus)()

    def _show_progress(self) -> None:
        editing, running = self._window.editing, self._window.bar.running
        if editing.queue.running is None:
            self._clock.stop()
            running.set_idle()
        elif editing.cancelling:
            running.set_cancelling()
        else:
            self._clock.start()
            running.set_progress(progress_line(editing), editing.share, time_left(editing.seconds_left))

    def _show_preview(self, preview: SpectrumPreview | None) -> None:
        self._window.bar.running.preview.set_values(preview.image if preview is not None else None)

    def _show_memory(self) -> None:
        bar = self._window.bar
        if bar.drawer.isHidden():
            return
        memory = self._window.editing.memory(bar.edit.text().strip(), self._region)
        bar.drawer.set_memory(memory_line(memory) if memory is not None else "", memory is None or memory.fits)
