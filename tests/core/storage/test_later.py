"""Tasks left for later are done once each, in a thread, and all before the end."""

from __future__ import annotations

import threading

from structlog.testing import capture_logs

from core.storage.later import Later


def test_each_key_waits_once_and_all_is_done_at_the_end() -> None:
    later, go = Later(), threading.Event()
    done: list[str] = []
    later.add("first", go.wait)
    for word in ("one", "one", "two"):
        later.add(word, lambda word=word: done.append(word))  # type: ignore[misc]
    go.set()
    later.close()
    assert done == ["one", "two"]
    later.add("late", lambda: done.append("late"))
    later.close()
    assert done == ["one", "two"]


def test_a_task_that_fails_is_logged_and_the_next_is_done() -> None:
    later = Later()
    done: list[int] = []
    with capture_logs() as logs:
        later.add("bad", lambda: 1 // 0)
        later.add("good", lambda: done.append(1))
        later.close()
    assert done == [1]
    assert [log["task"] for log in logs] == ["bad"]
