"""`python -m tests.fakehub [--port 8900] [REPOSITORY ...]`: a GitHub on loopback with the samples and yours."""

from __future__ import annotations

import argparse
import signal
from functools import partial
from pathlib import Path

from tests.fakehub.hub import FakeHub
from tests.samples import SAMPLES


def main() -> int:
    """Serve until Ctrl-C; prints the settings that connect a bot."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakehub", description=__doc__)
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--enterprise", action="store_true", help="hand out /api/v3 addresses")
    parser.add_argument("--webhooks", default="http://127.0.0.1:8000/api/github/webhooks")
    parser.add_argument("repositories", nargs="*", type=Path)
    options = parser.parse_args()
    with FakeHub(port=options.port, enterprise=options.enterprise) as hub:
        hub.connect(options.webhooks)
        now = hub.world.now()
        for sample in SAMPLES:
            source = partial(_build, sample.build, now) if sample.build else None
            hub.add_repository("acme", sample.name, source, **sample.facts)
        for path in options.repositories:
            hub.add_repository("local", path.expanduser().resolve().name, path.expanduser())
        for name, value in hub.environment().items():
            print(f"{name}={value}")
        hub.install("acme")
        hub.install("local")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


def _build(build: object, now: object, store: object) -> None:
    assert callable(build)
    build(store, now)


if __name__ == "__main__":
    raise SystemExit(main())
