"""After a crash: the project that was open is open again, and the window says what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QBoxLayout

from instructme_app.messages import translated
from instructme_app.model.copying import is_project
from instructme_app.model.marker import Left, Marker
from instructme_app.views.notice import Notice
from instructme_app.windows.closing import OnClose

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class Recovery(QObject):
    """`project` is what the window is to open first, None where the last run ended well."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.notice = Notice()
        holder = window.banner.parentWidget()
        layout = holder.layout() if holder is not None else None
        if isinstance(layout, QBoxLayout):
            layout.insertWidget(layout.indexOf(window.banner) + 1, self.notice)
        self._marker = Marker(window.settings.folder)
        left = self._marker.take_left()
        self.left: Left | None = next((entry for entry in left if entry.project), left[0] if left else None)
        self.project = self._again(self.left)
        self._marker.write(self.project, recovering=self.project is not None)
        window.session.song_changed.connect(self._opened)
        window.session.failed.connect(self._refused)
        OnClose(window, self._marker.remove)
        if self.left is not None and self.left.project and self.project is None:
            # After the first paint, when there is somebody to read it.
            QTimer.singleShot(0, self, self._say_why_not)

    def _again(self, left: Left | None) -> Path | None:
        if left is None or not left.project or left.recovering:
            return None
        folder = Path(left.project)
        return folder if is_project(folder) or (folder / "rounds").is_dir() else None

    def _opened(self) -> None:
        project = self._window.session.project
        assert project is not None
        recovered = self.project is not None and project.folder.resolve() == self.project.resolve()
        # What opened well did not bring the program down.
        self._marker.write(project.folder)
        if recovered:
            self.project = None
            self._tell(project.problems, len(project.history) - 1)

    def _refused(self, _failure: object) -> None:
        """The banner tells why; that the last run crashed is no longer the news."""
        if self.project is not None and self._window.session.opening is None:
            self.project = None
            self._marker.write(None)

    def _tell(self, problems: tuple[str, ...], rounds: int) -> None:
        name = self._window.session.name
        if rounds == 1:
            kept = self.tr("Its finished round is here.")
        elif rounds:
            kept = self.tr("All its {0} finished rounds are here.").format(rounds)
        else:
            kept = self.tr("It had no finished rounds yet.")
        parts = [kept, self.tr("An edit that was under way was not finished; it can be asked for again.")]
        if problems:
            parts = [kept, self.tr("Put right: {0}.").format("; ".join(map(translated, problems)))]
        title = self.tr("InstructME did not end properly last time. '{0}' is open again.").format(name)
        self.notice.tell(title, " ".join(parts))

    def _say_why_not(self) -> None:
        assert self.left is not None
        name = Path(self.left.project).name
        if self.left.recovering:
            text = self.tr("It did not end properly twice with '{0}', so that this project was not opened by itself.")
        else:
            text = self.tr("Its project '{0}' is no longer where it was.")
        self.notice.tell(self.tr("InstructME did not end properly last time."), text.format(name))
