"""Where the heads of seals are kept, outside the database: whoever rewrites it cannot reach them.

An anchor is anything with `last()` and `append(fact)`, a fact is `{"seal", "head", "at", "n"}`.
One is here, a file. For storage that refuses changes (object lock) an addon writes another and adds
it in `fsm.audit.seal._anchors`.
"""

import json
import os
from pathlib import Path

from .tools.verify_trail import anchors_of, read_anchors


class FileAnchor:
    """A file that grows by one line of JSON for each head; best on another disk or host."""

    def __init__(self, path):
        self.path = Path(path)

    def last(self):
        """Return the last head that is kept, `None` if there is none."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            facts = anchors_of(file)
        return facts[-1]["head"] if facts else None

    def append(self, fact):
        """Keep `fact`; it is on the disk when this returns.

        :raise OSError: the disk is full, or the folder is not ours
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(fact).encode() + b"\n"
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line  # a line that was cut off by a full disk stays what it is
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self):
        return read_anchors(self.path) if self.path.exists() else []
