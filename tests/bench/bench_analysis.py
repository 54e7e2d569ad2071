"""What reading and analysing a repository costs, beside `scc` counting the same files.

    python -m tests.bench analysis               all of it (a few minutes)
    python -m tests.bench.bench_analysis quick   without the large tarball

CPU time is of all threads, user and system, the best of several runs; so is scc's.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.analysis import analyze
from bot.analysis.contents import Collector
from bot.model.entry import ArchiveLimits
from bot.model.report import Report
from bot.model.snapshot import Contents, RepositoryFacts, Snapshot
from bot.sources.tarball import entries
from bot.workers.digest import collect
from bot.workers.zizmor import audit_repositories
from tests.bench import corpus

FILES = 5000
RUNS = 5
TARGET, AIM = 5.0, 3.0
LARGE_FILES, LARGE_BYTES = 80_000, 1_300_000_000
LARGE_MAX_MB = 250

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = RepositoryFacts(id=1, owner="octo", name="corpus", head_sha="0" * 40)
LIMITS = ArchiveLimits()
WORKFLOW = """on: pull_request_target
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.pull_request.title }}
"""


def main() -> None:
    """Prints every figure."""
    measure_speed()
    measure_memory()


def measure_speed() -> None:
    """CPU seconds for 5,000 files: scc, reading, analysing; zizmor and complexity apart."""
    with tempfile.TemporaryDirectory() as name:
        folder, tarball = Path(name, "tree"), Path(name, "tree.tar.gz")
        files = corpus.real_files(FILES)
        corpus.write_folder(files, folder)
        corpus.write_tarball(files, tarball)
        size = sum(path.stat().st_size for _, path in files)
        print(f"{len(files):,} source files of the installed packages, {size / 1e6:.1f} MB")
        gc.disable()  # as a worker does: it collects after each answer
        gc.freeze()
        peer = _best(lambda: _cpu_of_command("scc", "--no-cocomo", str(folder)))
        _line("scc counts them on disk", peer, peer)
        _line("reading the tarball alone", _best(_timed(lambda: _read(tarball))), peer)
        _line("reading and digesting it", _best(_timed(lambda: _digest(tarball))), peer)
        whole = _best(_timed(lambda: _analyze(_digest(tarball))))
        _line("reading, digesting and the report", whole, peer)
        contents = _digest(tarball)
        _line("  of which the report", _best(_timed(lambda: _analyze(contents))), peer)
        _line("complexity (lizard, 60,000 lines at most)", _best(_timed(lambda: _complexity(tarball)), 1), peer)
        for count in (1, 8):
            spent = _best(partial(_cpu_of_children, partial(_audit, count)))
            _line(f"zizmor over 10 workflows each, repositories: {count}", spent, peer)
        ratio = whole / peer
        verdict = "aim reached" if ratio <= AIM else "target reached" if ratio <= TARGET else "missed"
        print(f"ratio {ratio:.1f} (target {TARGET:g}, aim {AIM:g}): {verdict}")


def measure_memory() -> None:
    """Peak memory and time for 80,000 files and 1.3 GB, and for a quarter of it, each in its own process."""
    seconds = {}
    for share in (4, 1):
        command = [sys.executable, "-m", "tests.bench.bench_analysis", "large", str(share)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        seconds[share], peak_mb, files = float(told[0]), float(told[1]), int(told[2])
        verdict = "" if share != 1 else f" (target {LARGE_MAX_MB}): {'ok' if peak_mb < LARGE_MAX_MB else 'missed'}"
        print(
            f"{files:,} files, {LARGE_BYTES / share / 1e9:.2f} GB: {seconds[share]:.1f} s CPU, "
            f"peak {peak_mb:.0f} MB{verdict}"
        )
    print(f"four times the input costs {seconds[1] / seconds[4]:.1f} times the CPU (linear is 4)")


def _large(share: int) -> None:
    """Reads and analyses the large tarball in this process; making it is not counted."""
    files = corpus.real_files(FILES)
    spent = 0.0
    started = time.process_time()
    made = corpus.endless_tarball(files, LARGE_FILES // share, LARGE_BYTES // share)

    def chunks() -> Iterator[bytes]:
        nonlocal spent
        before = time.process_time()
        for chunk in made:
            spent += time.process_time() - before
            yield chunk
            before = time.process_time()

    stream = entries(chunks(), LIMITS)
    collector = collect(FACTS, stream)
    report = _analyze(collector.finish(cut=stream.cut))
    seconds = time.process_time() - started - spent
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{seconds:.2f} {peak_mb:.1f} {report.size.files}")


def _read(tarball: Path) -> int:
    return sum(len(entry.content) for entry in entries(corpus.chunks_of(tarball), LIMITS))


def _collect(tarball: Path) -> Collector:
    return collect(FACTS, entries(corpus.chunks_of(tarball), LIMITS))


def _digest(tarball: Path) -> Contents:
    return _collect(tarball).finish(measure_complexity=False)


def _analyze(contents: Contents) -> Report:
    return analyze(Snapshot(facts=FACTS, contents=contents), now=NOW)


def _complexity(tarball: Path) -> float:
    collector = _collect(tarball)
    before = time.process_time()
    collector.finish()
    return time.process_time() - before


def _audit(count: int) -> None:
    """Of so many repositories that nobody has seen before."""
    workflows = range(10)
    audit_repositories(
        [
            {f".github/workflows/{number}.yml": f"# {uuid.uuid4()}\n{WORKFLOW}" for number in workflows}
            for _ in range(count)
        ]
    )


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        started = time.process_time()
        told = work()
        gc.collect()
        return told if isinstance(told, float) else time.process_time() - started

    return run


def _best(run: Callable[[], float], runs: int = RUNS) -> float:
    return min(run() for _ in range(runs))


def _cpu_of_command(*command: str) -> float:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return _cpu_of_children(
        lambda: subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL
        )
    )


def _cpu_of_children(work: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _line(name: str, seconds: float, peer: float) -> None:
    print(f"{name:<44} {seconds:6.2f} s CPU   {seconds / peer:5.1f} x scc")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["large", share]:
            _large(int(share))
        case ["quick"]:
            measure_speed()
        case _:
            main()
