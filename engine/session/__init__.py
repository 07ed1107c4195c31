"""The tree of rounds and the project folder that keeps it (promise 3: nothing is ever lost). No torch here."""

from __future__ import annotations

from engine.session.history import Deleted, History
from engine.session.log import LOG_FORMAT, Log, LoggedEdit, export_log, read_log
from engine.session.project import Pending, Project
from engine.session.round import SOURCE, Round, untouched
from engine.session.splicing import Way, take_region, way_between

__all__ = [
    "LOG_FORMAT",
    "SOURCE",
    "Deleted",
    "History",
    "Log",
    "LoggedEdit",
    "Pending",
    "Project",
    "Round",
    "Way",
    "export_log",
    "read_log",
    "take_region",
    "untouched",
    "way_between",
]
