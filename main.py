"""Opens the window; nothing else. `python main.py [FILE]`"""

from __future__ import annotations

import sys
from pathlib import Path

from instructme_app.application import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
