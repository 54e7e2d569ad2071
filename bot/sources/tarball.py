"""Reads GitHub's tarball as a stream of entries: in memory, one file at a time, trusting nothing it says.

Nothing is written to disk and no link is followed. What each danger becomes:
  cut off, damaged, or no gzip at all    WorldError: asked for again
  a path that leaves the archive         FinalError(ARCHIVE_REFUSED)
  a decompression bomb                   FinalError(ARCHIVE_REFUSED)
  more bytes or files than the limits    the entries so far, and a sentence in `cut`
  hard links and devices                 left out, and a sentence in `cut`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.model.english import counted
from bot.model.entry import SYMLINK_MODE, ArchiveLimits, Entry
from bot.model.errors import FinalError, Finality, WorldError
from bot.sources import tarheader
from bot.sources.gunzip import Gunzip
from bot.sources.tarheader import BLOCK_BYTES, BadHeader, Header

BOMB_RATIO = 100
"""Unpacked over packed bytes above which an archive over its limit is a bomb; source code packs 3 to 20 times."""

_MAX_EXTENSION_BYTES = 1 << 20
_MAX_PATH_BYTES = 8192
_EMPTY_BLOCK = bytes(BLOCK_BYTES)


def entries(chunks: Iterable[bytes], limits: ArchiveLimits) -> EntryStream:
    """The files of the gzipped tar in `chunks`, in its order, without GitHub's top folder."""
    return EntryStream(chunks, limits)


class EntryStream:
    """Iterate it once; afterwards `cut` says in sentences what was left out, and `commit_sha` what git noted.

    Raises WorldError and FinalError while iterating, see the module.
    """

    def __init__(self, chunks: Iterable[bytes], limits: ArchiveLimits) -> None:
        self._limits = limits
        self._gunzip = Gunzip(chunks)
        self._pieces = iter(self._gunzip)
        self._piece = b""
        self._at = 0
        self._files = 0
        self._headers = 0
        self._left_out = 0
        self._too_large = 0
        self._stopped = ""
        self.commit_sha = ""

    def __iter__(self) -> Iterator[Entry]:
        try:
            yield from self._entries()
        except _OverLimit as error:
            self._stopped = str(error)
        except BadHeader as error:
            raise WorldError(f"The archive is damaged: {error}.", next_step="It will be asked for again.") from error

    @property
    def cut(self) -> tuple[str, ...]:
        """What limits or caution left out, in sentences."""
        told = [self._stopped] if self._stopped else []
        if self._too_large:
            size = f"{self._limits.max_file_bytes:,} bytes"
            told.append(f"{counted(self._too_large, 'file')} over {size} told by name and size only.")
        if self._left_out:
            told.append(f"{counted(self._left_out, 'hard link or device', 'hard links or devices')} left out.")
        return tuple(told)

    def _entries(self) -> Iterator[Entry]:
        extended: dict[bytes, bytes] = {}
        while (block := self._take(BLOCK_BYTES)) != _EMPTY_BLOCK:
            self._count_header()
            header = tarheader.parse_header(block)
            if header.kind in tarheader.EXTENSIONS:
                self._read_extension(header, extended)
                continue
            if extended:
                header = _with_extension(header, extended)
                extended = {}
            entry = self._entry(header)
            if entry is not None:
                yield entry
        self._read_to_end()

    def _read_to_end(self) -> None:
        """Past the padding to gzip's check sum: only that tells that all arrived as it was sent."""
        has_more = True
        while has_more:
            has_more = self._read_piece()

    def _count_header(self) -> None:
        self._headers += 1
        if self._headers > 3 * self._limits.max_files + 1000:
            raise _OverLimit(f"Reading stopped after {self._headers - 1:,} archive members: too many.")

    def _read_extension(self, header: Header, extended: dict[bytes, bytes]) -> None:
        if header.size_bytes > _MAX_EXTENSION_BYTES:
            raise FinalError(Finality.ARCHIVE_REFUSED, "The archive holds an extended header of over 1 MiB.")
        data = self._take_padded(header.size_bytes)
        if header.kind == tarheader.GNU_LONG_NAME:
            extended[b"path"] = data.partition(b"\0")[0]
        elif header.kind == tarheader.GNU_LONG_LINK:
            extended[b"linkpath"] = data.partition(b"\0")[0]
        elif header.kind == tarheader.PAX_NEXT:
            extended.update(tarheader.parse_pax(data))
        else:
            comment = tarheader.parse_pax(data).get(b"comment", b"")
            self.commit_sha = comment.decode("ascii", "replace")

    def _entry(self, header: Header) -> Entry | None:
        path = _safe_path(header.name)
        if header.kind in tarheader.REGULAR:
            if header.name.endswith(b"/"):
                self._skip_padded(header.size_bytes)
                return None
            self._count_file()
            return self._regular(path, header)
        if header.kind == tarheader.SYMLINK:
            self._count_file()
            return Entry(path, SYMLINK_MODE, header.link, is_symlink=True, size_bytes=len(header.link))
        if header.kind != tarheader.DIRECTORY:
            self._left_out += 1
        self._skip_padded(header.size_bytes)
        return None

    def _count_file(self) -> None:
        if self._files >= self._limits.max_files:
            raise _OverLimit(f"Reading stopped after {self._files:,} files: the limit.")
        self._files += 1

    def _regular(self, path: str, header: Header) -> Entry:
        mode = 0o100755 if header.mode & 0o100 else 0o100644
        if header.size_bytes > self._limits.max_file_bytes:
            self._too_large += 1
            self._skip_padded(header.size_bytes)
            return Entry(path, mode, b"", size_bytes=header.size_bytes)
        return Entry(path, mode, self._take_padded(header.size_bytes), size_bytes=header.size_bytes)

    def _take_padded(self, count: int) -> bytes:
        content = self._take(count)
        self._skip(-count % BLOCK_BYTES)
        return content

    def _skip_padded(self, count: int) -> None:
        self._skip(count + -count % BLOCK_BYTES)

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end <= len(self._piece):
            content = self._piece[self._at : end]
            self._at = end
            return content
        parts = [self._piece[self._at :]]
        missing = count - len(parts[0])
        while missing > 0:
            self._next_piece()
            part = self._piece[:missing]
            self._at = len(part)
            missing -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _skip(self, count: int) -> None:
        while count > (there := len(self._piece) - self._at):
            count -= there
            self._next_piece()
        self._at += count

    def _next_piece(self) -> None:
        if not self._read_piece():
            raise WorldError("The archive ends in the middle.", next_step="It will be asked for again.")

    def _read_piece(self) -> bool:
        """Moves to the next piece; False at the end. Raises _OverLimit and FinalError past `max_bytes`."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if self._gunzip.unpacked_bytes > self._limits.max_bytes:
            self._refuse_bomb()
            raise _OverLimit(f"Reading stopped after {self._limits.max_bytes:,} bytes and {self._files:,} files.")
        self._piece = piece
        self._at = 0
        return True

    def _refuse_bomb(self) -> None:
        if self._gunzip.ratio > BOMB_RATIO:
            raise FinalError(
                Finality.ARCHIVE_REFUSED,
                f"The archive unpacks to more than {self._limits.max_bytes:,} bytes, over {BOMB_RATIO} times its size.",
                next_step="Take the file that expands so out of the repository, or mark it `export-ignore`.",
            )


class _OverLimit(Exception):
    """A limit was passed; what was read so far stands."""


def _with_extension(header: Header, extended: dict[bytes, bytes]) -> Header:
    size = extended.get(b"size", b"")
    if size and not size.isdigit():
        raise BadHeader("an extended size is no number")
    has_size = bool(size) and header.kind not in tarheader.WITHOUT_DATA
    return Header(
        extended.get(b"path", header.name),
        header.mode,
        int(size) if has_size else header.size_bytes,
        header.kind,
        extended.get(b"linkpath", header.link),
    )


def _safe_path(name: bytes) -> str:
    """The path below the top folder. Raises FinalError where it would leave the archive, or no system takes it."""
    if len(name) > _MAX_PATH_BYTES:
        raise FinalError(Finality.ARCHIVE_REFUSED, f"The archive holds a path of {len(name):,} bytes.")
    if name.startswith(b"/") or (b".." in name and b".." in name.split(b"/")):
        shown = name[:200].decode("utf-8", "replace")
        raise FinalError(
            Finality.ARCHIVE_REFUSED,
            f"The archive holds a path that leaves its folder: {shown!r}.",
            next_step="GitHub makes no such archive; look at what stands between it and this bot.",
        )
    if name.startswith(b"./"):
        name = name[2:]
    top, slash, rest = name.partition(b"/")
    return (rest if slash else top).decode("utf-8", "replace")
