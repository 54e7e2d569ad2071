"""`make bench`: runs every measurement, or those named: `make bench ARGS="engine ack"`.

Each `bench_NAME.py` beside this file has a `main()` that prints its figures, measures a peer in the same run where
there is one, and says where a target is missed.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path


def main() -> int:
    """Run the benches; 0 also where a target is missed: the figures say so, they are no test."""
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    wanted = sys.argv[1:] or names
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"No bench is called {', '.join(unknown)}. There are: {', '.join(names)}.", file=sys.stderr)
        return 2
    for name in wanted:
        started = time.monotonic()
        print(f"\n== {name} ==", flush=True)
        importlib.import_module(f"tests.bench.bench_{name}").main()
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
