"""How the arithmetic shares the machine. To be called before torch is imported."""

from __future__ import annotations

import os


def share_the_cores() -> None:
    """Let threads that wait sleep instead of spinning.

    By default OpenMP's threads burn their core while they wait for one another. Where something else
    wants a core, too (playback, the window, a build), each of a network's hundreds of small products then waits for
    a whole time slice: sampling 10 s of music took 230 s instead of 11 s on two busy cores.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
