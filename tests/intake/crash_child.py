"""A process to be killed: accepts deliveries and relays them, telling on standard output what it has acknowledged."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.intake.receive import Receiver
from bot.intake.relay import Relay
from bot.model.delivery import NewDelivery
from bot.model.event import OutgoingEvent
from bot.storage.database import Database
from tests.patience import PATIENCE_S


def now() -> datetime:
    """The real time: leases must run out."""
    return datetime.now(UTC)


def push(number: int) -> bytes:
    """A push to the default branch of repository `number`."""
    repository = {"id": number, "default_branch": "main", "pushed_at": 1}
    return json.dumps(
        {"ref": "refs/heads/main", "after": f"{number + 1:040x}", "repository": repository, "installation": {"id": 7}}
    ).encode()


async def main(url: str, sent: Path, first: int, count: int, lease_s: float) -> None:
    """Acknowledge deliveries `first` to `first + count`, then relay until standard input ends."""
    database = Database(url, busy_timeout_s=PATIENCE_S)
    with sent.open("a", buffering=1) as file:

        async def send(events: Sequence[OutgoingEvent]) -> None:
            for event in events:
                file.write(f"{event.id}\n")
                await asyncio.sleep(0)

        relay = Relay(database, send, clock=now, lease_s=lease_s, poll_s=0.05)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run())
            async with Receiver(database, on_stored=relay.wake, timeout_s=PATIENCE_S) as receiver:

                async def acknowledge(number: int) -> None:
                    delivery = NewDelivery(guid=str(number), event="push", body=push(number), received_at=now())
                    await receiver.store(delivery)
                    print(number, flush=True)

                for start in range(first, first + count, 8):
                    await asyncio.gather(
                        *(acknowledge(number) for number in range(start, min(start + 8, first + count)))
                    )
            await asyncio.to_thread(sys.stdin.read)
            relay.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
