"""What a call costs: CPU seconds, which a busy machine does not stretch as it stretches the clock on the wall."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def cpu_s(call: Callable[[], object]) -> float:
    """CPU seconds that this thread needs for `call`, without collecting what other tests left behind."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        began = time.thread_time()
        call()
        return time.thread_time() - began
    finally:
        if was_enabled:
            gc.enable()
