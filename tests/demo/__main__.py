"""`python -m tests.demo [REPOSITORY ...]` runs the demo; with `push` or `comment` it acts on a running one."""

from __future__ import annotations

import sys

from tests.demo.acts import ACTS
from tests.demo.acts import act as act_on_running_demo
from tests.demo.run import run_demo


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 2 a slip."""
    if arguments and arguments[0] in ACTS:
        return act_on_running_demo(arguments)
    return run_demo(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
