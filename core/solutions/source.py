"""A solution as it comes from outside: a folder or a zip of text files and templates, read with care."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from core.errors import KubikError, refused
from core.plugin_manager import start_plugins
from core.solutions.template_files import is_template, with_templates
from core.storage.templates import sha256_of
from metamodel.definitions import Document
from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message
from metamodel.parse import DATA_FOLDERS, MOST_FILES, parse_files
from metamodel.yaml_lines import line_of

MOST_OF_A_FILE = 64 * 2**20
MOST_IN_ALL = 256 * 2**20
"""Bytes of one file, and of a solution unpacked."""

_CODE = "KBK1105"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A solution that was read and parsed.

    ``files`` are its definitions as text by relative path; ``data`` and ``demo`` are CSV texts by the name of their
    entity, in the order of their file names. ``templates`` are the files of its documents by their SHA-256.
    """

    name: str
    files: Mapping[str, str]
    document: Document
    data: Mapping[str, str]
    demo: Mapping[str, str]
    templates: Mapping[str, bytes] = field(default_factory=dict)


def read_solution(path: Path | str) -> Source:
    """The solution in that folder or zip. KBK1105 when it cannot be read safely, KBK1001… when it is not well-formed."""
    place = Path(path)
    if place.is_dir():
        found = dict(_from_folder(place))
    elif place.is_file():
        found = _without_top(dict(_from_zip(place)))
    else:
        raise _refusal("", message("there is no folder and no zip of this name: {path}", path=str(path)))
    return source_of(found)


def source_of(files: Mapping[str, bytes]) -> Source:
    """The solution in these files, by their relative paths."""
    start_plugins()  # they know types of fields that the definitions may name
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    templates = {name: content for name, content in files.items() if is_template(name)}
    for name in sorted(files.keys() - templates.keys()):
        try:
            texts[name] = files[name].decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            problems.append(
                Problem(file=name, pointer="", code=_CODE, message=message("the file is not UTF-8 text"))
            )
    if problems:
        raise KubikError(_CODE, errors=problems)
    records: dict[str, dict[str, str]] = {folder: {} for folder in DATA_FOLDERS}
    definitions: dict[str, str] = {}
    for name, text in texts.items():
        folder, _, rest = name.partition("/")
        if folder in records and rest.endswith(".csv") and "/" not in rest:
            records[folder][rest.removesuffix(".csv")] = text
        else:
            definitions[name] = text
    with telling_lines(definitions):
        document = with_templates(parse_files(definitions), templates)
    return Source(
        name=document.solutions[0].name,
        files=definitions,
        document=document,
        data=records["data"],
        demo=records["demo"],
        templates={sha256_of(content): content for content in templates.values()},
    )


@contextmanager
def telling_lines(files: Mapping[str, str]) -> Iterator[None]:
    """Whatever is refused in the block tells the line of each fault that stands in one of these files."""
    try:
        yield
    except ProblemsFound as error:
        raise telling(refused(error), files) from error
    except KubikError as error:
        raise telling(error, files) from error


def telling(error: KubikError, files: Mapping[str, str]) -> KubikError:
    """The same error, its faults with their lines."""

    def told(fault: Problem) -> Problem:
        text = files.get(fault.file or "")
        if text is None or not fault.pointer or fault.pointer.startswith("line "):
            return fault
        return replace(fault, line=line_of(text, fault.pointer))

    return KubikError(error.code, error.detail, [told(fault) for fault in error.errors], **error.extra)


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    root = folder.resolve()
    total = count = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if any(part.startswith(".") for part in name.split("/")) or path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file():
            raise _refusal(name, message("only ordinary files are read, no links and devices"))
        size = path.stat().st_size
        total, count = total + size, count + 1
        _within_limits(name, size, total, count)
        try:
            yield name, path.read_bytes()
        except OSError as error:
            raise _refusal(
                name, message("the file cannot be read: {why}", why=error.strerror or "")
            ) from error


def _from_zip(file: Path) -> Iterator[tuple[str, bytes]]:
    total = count = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                name = info.filename
                if info.is_dir() or name.startswith("__MACOSX/"):
                    continue
                _check_path(name)
                if stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
                    raise _refusal(name, message("links and encrypted files in a zip are not read"))
                count += 1
                _within_limits(name, info.file_size, total + info.file_size, count)
                with archive.open(info) as packed:
                    content = packed.read(info.file_size + 1)
                total += len(content)
                _within_limits(name, len(content), total, count)
                yield name, content
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise _refusal("", message("the file is not a zip that can be read")) from error


def _without_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """A zip of the folder itself has the folder's name before every path: that is taken away. No hidden files."""
    if "solution.yaml" not in files:
        tops = {name.partition("/")[0] for name in files}
        if len(tops) == 1 and all("/" in name for name in files):
            files = {name.partition("/")[2]: content for name, content in files.items()}
    return {n: c for n, c in files.items() if not any(part.startswith(".") for part in n.split("/"))}


def _check_path(name: str) -> None:
    """Refuse a path that could lead out of the folder, on any system."""
    parts = PurePosixPath(name).parts
    unsafe = "\\" in name or ":" in name or "\0" in name or name.startswith("/")
    if unsafe or not parts or any(part in ("..", ".") for part in name.split("/")):
        raise _refusal(name[:200], message("the path leads out of the solution"))


def _within_limits(name: str, size: int, total: int, count: int) -> None:
    if size > MOST_OF_A_FILE:
        raise _refusal(name, message("the file is larger than {most} MB", most=MOST_OF_A_FILE >> 20))
    if total > MOST_IN_ALL:
        raise _refusal(name, message("the solution is larger than {most} MB", most=MOST_IN_ALL >> 20))
    if count > MOST_FILES:
        raise _refusal(name, message("more than {most} files", most=MOST_FILES))


def _refusal(file: str, why: Message) -> KubikError:
    return KubikError(_CODE, why, [Problem(file=file or None, pointer="", code=_CODE, message=why)])
