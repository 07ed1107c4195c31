"""In which language the window speaks: English in the code, others as .qm files in resources/translations."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from engine.resources import RESOURCES

log = logging.getLogger(__name__)

FOLDER = RESOURCES / "translations"


def language_for(choice: str) -> str:
    """`choice` is a language's code or "system"; the code of one that we ship, English where we do not."""
    code = QLocale.system().name().split("_")[0] if choice == "system" else choice
    return code if code == "en" or (FOLDER / f"instructme_{code}.qm").is_file() else "en"


def speak(app: QCoreApplication, choice: str) -> str:
    """Translate what is made from now on, Qt's own buttons and dialogs included; the language's code."""
    code = language_for(choice)
    _write_numbers_as(code)
    if code == "en":
        return code
    own = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for path in (own / f"qtbase_{code}.qm", FOLDER / f"instructme_{code}.qm"):
        translator = QTranslator(app)
        if translator.load(str(path)):
            app.installTranslator(translator)
        else:
            log.warning("the translation %s cannot be read", path)
    return code


def _write_numbers_as(code: str) -> None:
    """Numbers fit the words around them; of the countries that speak them, the system's own says how they look."""
    system, chosen = QLocale.system(), QLocale(code)
    QLocale.setDefault(system if system.language() == chosen.language() else chosen)
