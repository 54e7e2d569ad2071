"""The tarball reader: what it gives, and that it trusts nothing an archive says."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.entry import ArchiveLimits, Entry
from bot.model.errors import FinalError, Finality, RadarError, WorldError
from bot.sources.tarball import EntryStream, entries

TOP = "octo-demo-0123abc/"
LIMITS = ArchiveLimits()


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def pack(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT, **options: object) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=form, **options) as archive:  # type: ignore[call-overload] # mode is fixed
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def chunked(body: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


def read(body: bytes, limits: ArchiveLimits = LIMITS, size: int = 1000) -> tuple[list[Entry], EntryStream]:
    stream = entries(chunked(body, size), limits)
    return list(stream), stream


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("size", [1, 511, 1 << 20])
def test_files_come_without_the_top_folder_in_every_format(form: int, size: int) -> None:
    deep = "/".join(["folder"] * 22) + "/file.txt" if form != tarfile.USTAR_FORMAT else "a/b/file.txt"
    body = pack(
        member(TOP, type=tarfile.DIRTYPE, mode=0o755),
        member(TOP + "run.sh", b"#!/bin/sh\n", mode=0o755),
        member(TOP + deep, b"x" * 1500, mode=0o644),
        member(TOP + "empty"),
        form=form,
    )
    found, stream = read(body, size=size)
    assert [(entry.path, entry.mode, entry.content) for entry in found] == [
        ("run.sh", 0o100755, b"#!/bin/sh\n"),
        (deep, 0o100644, b"x" * 1500),
        ("empty", 0o100644, b""),
    ]
    assert [entry.is_executable for entry in found] == [True, False, False]
    assert stream.cut == ()


def test_the_commit_that_git_notes_is_told() -> None:
    body = pack(member(TOP + "a", b"1"), pax_headers={"comment": "f" * 40})
    _, stream = read(body)
    assert stream.commit_sha == "f" * 40


def test_symbolic_links_are_recorded_and_not_followed() -> None:
    found, _ = read(pack(member(TOP + "link", type=tarfile.SYMTYPE, linkname="../../../etc/passwd")))
    assert found == [Entry("link", 0o120000, b"../../../etc/passwd", is_symlink=True, size_bytes=19)]


def test_names_that_are_no_utf8_are_kept_readable() -> None:
    body = pack(member(TOP + "a"), form=tarfile.GNU_FORMAT)
    plain = bytearray(gzip.decompress(body))
    plain[len(TOP)] = 0xFF
    plain[148:156] = b"%06o\0 " % (sum(plain[:148]) + sum(plain[156:512]) + 8 * 32)
    found, _ = read(gzip.compress(bytes(plain)))
    assert [entry.path for entry in found] == ["\N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize(
    "kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE], ids=["hard", "char", "block", "fifo"]
)
def test_hard_links_and_devices_are_left_out_and_said(kind: bytes) -> None:
    found, stream = read(pack(member(TOP + "odd", type=kind, linkname="a"), member(TOP + "b", b"2")))
    assert [entry.path for entry in found] == ["b"]
    assert stream.cut == ("1 hard link or device left out.",)


@pytest.mark.parametrize("name", ["../evil", TOP + "../../evil", "/etc/passwd", TOP + "a/../../../b"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE])
def test_a_path_that_leaves_the_archive_is_refused(name: str, kind: bytes) -> None:
    with pytest.raises(FinalError) as caught:
        read(pack(member(name, type=kind)))
    assert caught.value.finality is Finality.ARCHIVE_REFUSED
    assert "leaves its folder" in caught.value.message


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_cut_off_is_asked_for_again(share: float) -> None:
    body = pack(*(member(f"{TOP}{number}", noise(5000)) for number in range(20)))
    with pytest.raises(WorldError):
        read(body[: int(len(body) * share)])


def test_a_tar_without_its_end_is_asked_for_again() -> None:
    plain = gzip.decompress(pack(member(TOP + "a", noise(5000))))
    with pytest.raises(WorldError, match="ends in the middle"):
        read(gzip.compress(plain[:3000]))


@pytest.mark.parametrize(
    "body",
    [b"<html>502 Bad Gateway</html>", b"\x1f\x8b garbage", gzip.compress(b"not a tar" * 100)],
    ids=["a page", "garbage", "no tar"],
)
def test_what_is_no_archive_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(WorldError):
        read(body)


def test_a_wrong_check_sum_is_asked_for_again() -> None:
    body = bytearray(pack(member(TOP + "a", noise(5000))))
    body[len(body) // 2] ^= 0xFF
    with pytest.raises(WorldError):
        read(bytes(body))


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    body = pack(member(TOP + "zeros", bytes(30_000_000)))
    with pytest.raises(FinalError) as caught:
        read(body, ArchiveLimits(max_bytes=5_000_000))
    assert caught.value.finality is Finality.ARCHIVE_REFUSED
    assert "5,000,000 bytes" in caught.value.message
    assert caught.value.next_step


def test_more_bytes_than_the_limit_give_what_was_read_and_say_so() -> None:
    body = pack(*(member(f"{TOP}{number}", noise(400_000)) for number in range(20)))
    found, stream = read(body, ArchiveLimits(max_bytes=2_500_000), size=100_000)
    assert 1 <= len(found) < 20
    assert len(stream.cut) == 1
    assert "2,500,000 bytes" in stream.cut[0]


def test_more_files_than_the_limit_give_what_was_read_and_say_so() -> None:
    found, stream = read(pack(*(member(f"{TOP}{number}") for number in range(9))), ArchiveLimits(max_files=5))
    assert len(found) == 5
    assert stream.cut == ("Reading stopped after 5 files: the limit.",)


def test_endless_folders_are_stopped() -> None:
    body = pack(*(member(f"{TOP}{number}/", type=tarfile.DIRTYPE) for number in range(1200)))
    _, stream = read(body, ArchiveLimits(max_files=10))
    assert "too many" in stream.cut[0]


def test_a_large_file_is_told_by_name_and_size() -> None:
    limits = ArchiveLimits(max_file_bytes=1000)
    found, stream = read(pack(member(TOP + "big", noise(1001)), member(TOP + "small", b"1")), limits)
    assert found[0] == Entry("big", 0o100644, b"", size_bytes=1001)
    assert found[1].content == b"1"
    assert stream.cut == ("1 file over 1,000 bytes told by name and size only.",)


def test_an_extended_header_of_any_length_is_not_believed() -> None:
    huge = tarfile.TarInfo(TOP + "x")
    huge.type = tarfile.GNUTYPE_LONGNAME
    huge.size = 2_000_000
    with pytest.raises(FinalError):
        read(pack((huge, bytes(2_000_000)), form=tarfile.GNU_FORMAT))


def test_a_path_longer_than_any_system_takes_is_refused() -> None:
    with pytest.raises(FinalError, match="path of"):
        read(pack(member(TOP + "a/" * 5000 + "b")))


FILES = st.dictionaries(
    st.text(
        st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=150
    ).filter(lambda name: name not in {".", ".."}),
    st.binary(max_size=3000),
    max_size=8,
)


@given(files=FILES, size=st.integers(1, 5000), form=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
@settings(max_examples=60, deadline=None)
def test_whatever_tarfile_writes_is_read_back(files: dict[str, bytes], size: int, form: int) -> None:
    body = pack(*(member(TOP + name, content) for name, content in files.items()), form=form)
    found, stream = read(body, size=size)
    assert {entry.path: entry.content for entry in found} == files
    assert stream.cut == ()


@given(body=st.binary(max_size=3000), at=st.integers(0, 4000), patch=st.binary(min_size=1, max_size=600))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise_anything_but_our_errors(body: bytes, at: int, patch: bytes) -> None:
    plain = bytearray(gzip.decompress(pack(member(TOP + "a", body), member(TOP + "b" * 120, b"x"))))
    plain[at : at + len(patch)] = patch
    for hostile in (gzip.compress(bytes(plain)), body):
        try:
            read(hostile)
        except RadarError:
            continue
