"""The one error that a user may cause: a cause, and what to do about it."""

from __future__ import annotations


class UserError(Exception):
    """Something the user gave cannot be used. Shown as one line, `<cause>; <remedy>`.

    Every room raises it for bad input, and only the doors (the command line, the worker, the
    window) catch it. Anything else that reaches a door is a defect of ours.
    """

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause}; {remedy}")
        self.cause = cause
        self.remedy = remedy


class Cancelled(Exception):
    """The user took the request back; nothing was written."""
