"""Forms with files are read in bounded memory, whatever is in them."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from core.errors import KubikError
from core.storage.files import FolderStore
from core.web.exchange import ClientGone
from core.web.taking import Taking, take

MEGABYTE = 1024 * 1024
BOUNDARY = "xyz"


def part(name: str, file: str | None = None) -> bytes:
    told = f'; filename="{file}"' if file is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode()


END = f"\r\n--{BOUNDARY}--\r\n".encode()


def taking(folder: Path, **more: Any) -> Taking:
    given = {"most": 1024 * MEGABYTE, "strict": False, "permit": lambda _: None, **more}
    return Taking(store=FolderStore(folder), boundary=BOUNDARY, **given)


def read(form: Taking, *pieces: bytes, gone: bool = False) -> None:
    """The form of these pieces, each an event of the server."""
    waiting = list(pieces)

    async def receive() -> Any:
        if not waiting:
            return {"type": "http.disconnect"}
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or gone}

    asyncio.run(take(receive, form))


def test_a_large_file_takes_no_memory(tmp_path: Path) -> None:
    form, size = taking(tmp_path), 300 * MEGABYTE
    block = bytes(range(256)) * 256

    async def receive() -> Any:
        nonlocal size
        if size < 0:
            return {"type": "http.request", "body": END, "more_body": False}
        size -= len(block)
        return {"type": "http.request", "body": block if size >= 0 else b"", "more_body": True}

    form.feed(part("file", "large.bin"))
    tracemalloc.start()
    asyncio.run(take(receive, form))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    [upload] = form.uploads
    assert upload.stored is not None and upload.stored.size == 300 * MEGABYTE
    assert peak < 8 * MEGABYTE


def test_texts_and_files_stand_in_their_order_and_empty_inputs_are_none(tmp_path: Path) -> None:
    form = taking(tmp_path, most=5)
    body = (
        part("/name") + "Ёлка".encode() + b"\r\n" + part("/doc", "") + b"\r\n" + part("/a", "../№ 1.txt") + b"abc\r\n"
        + part("/b", "large") + b"123456\r\n" + part("/c", "empty") + END
    )  # fmt: skip
    read(form, *(body[at : at + 7] for at in range(0, len(body), 7)))
    assert form.texts == [("/name", "Ёлка")]
    assert [(u.part, u.file_name, u.refused) for u in form.uploads] == [
        ("/a", "../№ 1.txt", ""), ("/b", "large", "large"), ("/c", "empty", "empty"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "pieces", "more"),
    [
        ("KBK2005", (part("f", "x") + b"123456" + END,), {"most": 5, "strict": True}),
        ("KBK2005", (part("t") + b"x" * 9 * MEGABYTE + END,), {}),
        ("KBK2000", (part("f", "x") + b"half",), {}),
        ("KBK2000", (b"no form at all",), {}),
        ("KBK2005", (b"".join(part("f", "x") + b"1\r\n" for _ in range(101)) + END,), {}),
    ],
)
def test_what_is_refused_leaves_nothing_half_done(tmp_path: Path, code: str, pieces: Any, more: Any) -> None:
    with pytest.raises(KubikError) as refused:
        read(taking(tmp_path, **more), *pieces)
    assert refused.value.code == code
    assert not list((tmp_path / "incoming").glob("*"))


def test_a_client_that_goes_away_and_a_form_that_is_not_ours_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClientGone):
        read(taking(tmp_path), part("f", "x") + b"half", gone=True)

    def nobody(texts: list[tuple[str, str]]) -> None:
        raise KubikError("KBK4003")

    with pytest.raises(KubikError, match="KBK4003"):
        read(taking(tmp_path, permit=nobody), part("f", "x") + b"1" + END)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
