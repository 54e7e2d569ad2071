"""`kill -9` at any time: the next process goes on, nothing is lost, and what was journaled is not done again."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.anyio
RUNS = 30
KILLS = 3
ROOT = Path(__file__).parents[2]


async def test_killed_again_and_again(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    luck = random.Random(7)
    kills = 0
    while True:
        fate = (luck.randint(10, 40), luck.randint(0, 3)) if kills < KILLS else (0, 0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.engine.crashing", database_url, str(log), str(RUNS), *map(str, fate), cwd=ROOT,
            stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        _, stderr = await process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -9, stderr.decode()
        kills += 1
    assert kills >= 2
    _judge(log.read_text().splitlines(), kills)


def _judge(lines: list[str], kills: int) -> None:
    executions: dict[tuple[str, str], list[str]] = defaultdict(list)
    ends: dict[str, list[list[str]]] = defaultdict(list)
    children: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        number, what, *tokens = line.split()
        if what == "end":
            ends[number].append(tokens)
        elif what == "child":
            children[number].add(tokens[0])
        else:
            executions[number, what].extend(tokens)
    assert set(ends) == {str(number) for number in range(RUNS)}, "a run was lost"
    assert all(len(runs) == 1 for runs in children.values()), "a child was started twice"
    assert len(children) == RUNS
    for number, given in ends.items():
        assert all(tokens == given[0] for tokens in given), "a journaled result changed"
        for what, token in zip(("first", "left", "right", "last"), given[0], strict=True):
            tokens = executions[number, what]
            assert tokens[-1] == token, "a step ran again after its result was journaled"
            assert len(tokens) <= kills + 1
