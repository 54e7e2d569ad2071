"""Archives that no honest GitHub would send, for tests of what reads them."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable

TOP = "acme-hostile-0000000"


def _member(tar: tarfile.TarFile, name: str, content: bytes = b"x\n", **changes: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for key, value in changes.items():
        setattr(member, key, value)
    tar.addfile(member, io.BytesIO(content) if member.isfile() else None)


def _archive(fill: Callable[[tarfile.TarFile], None]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as tar:
        _member(tar, f"{TOP}/README.md", b"# Hostile\n")
        fill(tar)
    return raw.getvalue()


def traversal() -> bytes:
    """A file that wants out by dots."""
    return _archive(lambda tar: _member(tar, f"{TOP}/../../../etc/cron.d/evil", b"root: evil\n"))


def absolute() -> bytes:
    """A file that names the root."""
    return _archive(lambda tar: _member(tar, "/etc/cron.d/evil", b"root: evil\n"))


def symlinks() -> bytes:
    """Links out of the tree, and a file below one of them."""

    def fill(tar: tarfile.TarFile) -> None:
        _member(tar, f"{TOP}/passwd", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        _member(tar, f"{TOP}/LICENSE", b"", type=tarfile.SYMTYPE, linkname="../../../../etc/passwd")
        _member(tar, f"{TOP}/loop", b"", type=tarfile.SYMTYPE, linkname="loop")

    return _archive(fill)


def hard_links_and_devices() -> bytes:
    """A hard link to a system file, a device, a pipe."""

    def fill(tar: tarfile.TarFile) -> None:
        _member(tar, f"{TOP}/shadow", b"", type=tarfile.LNKTYPE, linkname="/etc/shadow")
        _member(tar, f"{TOP}/disk", b"", type=tarfile.BLKTYPE, devmajor=8, devminor=0)
        _member(tar, f"{TOP}/pipe", b"", type=tarfile.FIFOTYPE)

    return _archive(fill)


def bomb() -> bytes:
    """Four gigabytes of zeros in four megabytes: one gzip member whose deflate blocks repeat, so cheap to make."""
    header = tarfile.TarInfo(f"{TOP}/zeros")
    header.size = 4_000_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(header.tobuf(tarfile.GNU_FORMAT)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(20_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + start + block * 200 + packer.flush() + bytes(8)


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "path traversal": (traversal, "failed"),
    "an absolute path": (absolute, "failed"),
    "symlinks out of the tree": (symlinks, "completed"),
    "hard links and devices": (hard_links_and_devices, "completed"),
    "a decompression bomb": (bomb, "failed"),
}
"""How to make each, and the status of its report. One that is cut off is a fault of the service (`cut`)."""
