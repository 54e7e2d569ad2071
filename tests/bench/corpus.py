"""Real source files to measure with: those of the installed packages, as a folder and as GitHub's kind of tarball."""

from __future__ import annotations

import io
import random
import sysconfig
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

TOP = "octo-corpus-0123456"
SUFFIXES = (".py", ".pyi", ".js", ".ts", ".c", ".h", ".md", ".rst", ".json", ".toml", ".yml", ".html", ".css")
MAX_FILE_BYTES = 500_000

File = tuple[str, Path]


def real_files(count: int) -> list[File]:
    """`count` files of the installed packages, the same at each call: path inside the repository and on disk."""
    folder = Path(sysconfig.get_paths()["purelib"])
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES and path.is_file() and 0 < path.stat().st_size < MAX_FILE_BYTES
    )
    chosen = sorted(random.Random(5000).sample(found, min(count, len(found))))
    return [(str(path.relative_to(folder)), path) for path in chosen]


def write_folder(files: list[File], folder: Path) -> None:
    """Copies the files below `folder`."""
    for name, path in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def write_tarball(files: list[File], target: Path) -> None:
    """Packs the files as GitHub does: one top folder, ustar, gzip."""
    with tarfile.open(target, "w:gz", format=tarfile.USTAR_FORMAT, compresslevel=6) as tar:
        for name, path in files:
            content = path.read_bytes()
            tar.addfile(_info(name, len(content)), io.BytesIO(content))


def chunks_of(path: Path, size: int = 1 << 16) -> Iterator[bytes]:
    """The file's bytes, piece by piece, as a download brings them."""
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield chunk


def endless_tarball(files: list[File], count: int, total_bytes: int) -> Iterator[bytes]:
    """A tarball of `count` files and about `total_bytes`, made as it is read: real files, each time marked anew."""
    packer = zlib.compressobj(1, wbits=31)
    written = 0
    for number in range(count):
        name, path = files[number % len(files)]
        target = (number + 1) * total_bytes // count - written
        content = path.read_bytes().replace(b"\n", b" # %d\n" % number)
        while len(content) < target:
            content += content
        content = content[: max(1, target)]
        written += len(content)
        info = _info(f"copy{number // len(files)}/{name}", len(content))
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        chunk = packer.compress(info.tobuf(tarfile.GNU_FORMAT) + content + padding)
        if chunk:
            yield chunk
    yield packer.compress(bytes(2 * tarfile.BLOCKSIZE)) + packer.flush()


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"{TOP}/{name}")
    info.size = size
    info.mode = 0o644
    return info
