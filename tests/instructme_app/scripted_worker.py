"""A worker process that does what an edit's instruction says: finish, die, hang, block, babble or refuse to quit."""

from __future__ import annotations

import os
import sys
import time

from engine.messages import Cancel, Done, EditJob, EditReport, Load, Quit, Ready, Stopped, decode, encode


def say(message: object) -> None:
    sys.stdout.write(encode(message))  # type: ignore[arg-type]
    sys.stdout.flush()


def main() -> None:
    stubborn = False
    for line in sys.stdin:
        request = decode(line)
        if isinstance(request, Load):
            say(Ready(request.model or "scripted", "cpu", ("drums",), ("jazz",), 24_000, version=str(os.getpid())))
        elif isinstance(request, EditJob) and request.instruction == "die":
            print("the last words", file=sys.stderr, flush=True)
            os._exit(3)
        elif isinstance(request, EditJob) and request.instruction == "refuse to quit":
            stubborn = True
            say(Done(request.id, EditReport((), request.output, 0.0)))
        elif isinstance(request, EditJob) and request.instruction == "block":
            while True:
                time.sleep(1)
        elif isinstance(request, EditJob) and request.instruction == "babble":
            print("some library says hello", flush=True)
            say(Done(request.id, EditReport((), request.output, 0.0)))
        elif isinstance(request, EditJob) and request.instruction == "finish":
            say(Done(request.id, EditReport((), request.output, 0.0)))
        elif isinstance(request, Cancel) and request.id != "hang":
            say(Stopped(request.id))
        elif isinstance(request, Quit):
            break
    while stubborn:
        time.sleep(1)


if __name__ == "__main__":
    main()
