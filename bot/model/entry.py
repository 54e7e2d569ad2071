"""One file of a tree as a source reads it, and the limits that reading obeys."""

from __future__ import annotations

from dataclasses import dataclass

SYMLINK_MODE = 0o120000


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What one repository may cost. Sizes are bytes of unpacked content, before anything is kept.

    A file over `max_file_bytes` is told by name and size only. Passing `max_bytes` or `max_files` ends the reading
    with what was read so far, unless the archive is a decompression bomb, which is refused.
    """

    max_bytes: int = 2_000_000_000
    max_files: int = 200_000
    max_file_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `path` is relative to the repository's root with `/` between its parts.

    `content` is empty where the file is over a limit (then `size_bytes` is not 0); of a symbolic link it is the
    target, which is never followed. `mode` is git's: 0o100644, 0o100755 or 0o120000.
    """

    path: str
    mode: int
    content: bytes
    is_symlink: bool = False
    size_bytes: int = 0

    @property
    def is_executable(self) -> bool:
        """Whether the owner may run it."""
        return not self.is_symlink and bool(self.mode & 0o100)
