"""One gateway per company: a lock on a file that the system itself lets go of when its holder dies."""

from __future__ import annotations

import sys
from pathlib import Path

from tandem.errors import CompanyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_HELD = "another gateway holds {}: a company without transactions takes one gateway at a time"


class Sole:
    """Held by the one process that writes a company step by step, or that watches it."""

    def __init__(self, path: Path, held: str = _HELD) -> None:
        """Take the lock at once; `held` is what is said when another has it, with the file in place of the braces.

        Raises:
            CompanyError: another process holds it; names the file.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise CompanyError(held.format(path)) from None

    def release(self) -> None:
        """Let the next one in."""
        self._file.close()
