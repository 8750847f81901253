"""Files over HTTP: sent, put into records, opened by whoever may read them, harmless whatever is inside."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from tests.conftest import Databases, Dialect
from tests.papers import HTML, PAPERS, PDF, SVG, bomb, papers_model, picture, send, sent
from tests.renderers.api.test_records import problem
from tests.sites import Installed, Site, install, made_once, running


@pytest.fixture(scope="module")
def made(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An installation of papers for each kind of database, made once."""
    return made_once(lasting_database, tmp_path_factory, partial(install, model=papers_model()))


@pytest.fixture
def papers(dialect: Dialect, made: Any, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    template, tokens = made(dialect)
    with running(
        fresh_database(dialect, template=template), tmp_path, tokens, max_file_size=300_000
    ) as found:
        yield found


def paper(site: Site, who: str = "mark", **values: Any) -> dict[str, Any]:
    answer = site.post(PAPERS, {"name": "Paper", **values}, who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_file_is_sent_put_into_a_record_and_read(papers: Site) -> None:
    name = "Договор №5/12 " + "ж" * 105 + ".pdf"
    file = sent(papers, PDF, name)
    assert file == {
        "id": file["id"],
        "name": name,
        "size": len(PDF),
        "type": "application/pdf",
        "url": file["url"],
    }
    assert unquote(file["url"]).endswith("ж.pdf") and "/" not in file["url"].removeprefix(
        f"/files/{file['id']}/"
    )
    made = paper(papers, doc={"id": file["id"]}, scans=[file, {"id": sent(papers, b"text", "a.txt")["id"]}])
    assert made["doc"] == file and [each["name"] for each in made["scans"]] == [name, "a.txt"]
    read = papers.get(f"{PAPERS}/{made['id']}?fields=doc,doc.name,photo", "mark").json()
    assert read["doc"] == file and read["doc.name"] == name and read["photo"] is None
    found = papers.get(f"{PAPERS}?filter=doc.name CONTAINS 'договор №5/12' AND photo IS NULL", "mark").json()
    assert [item["id"] for item in found["items"]] == [made["id"]]
    answer = papers.get(file["url"], "mark")
    assert answer.content == PDF and answer.headers["content-type"] == "application/pdf"
    said = answer.headers["content-disposition"]
    assert said.startswith("inline; ") and unquote(said.rpartition("''")[2]) == name.replace("/", "_")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert papers.patch(f"{PAPERS}/{made['id']}", {"doc": None}, "mark").json()["doc"] is None
    history = papers.get(f"{PAPERS}/{made['id']}/history", "mark").json()["items"]
    assert history[0]["changes"]["doc"]["from"]["name"] == name


def test_the_same_contents_are_kept_once(papers: Site) -> None:
    first, second = sent(papers, PDF, "a.pdf"), sent(papers, PDF, "b.pdf", "nina")
    assert first["id"] != second["id"]
    kept = [p for p in (papers.workspace.settings.home / "files").rglob("*") if p.is_file()]
    assert len(kept) == 1 and re.fullmatch(r"[0-9a-f]{64}", kept[0].name)


@pytest.mark.parametrize(
    ("content", "name", "claimed", "kind"),
    [
        (SVG, "picture.png", "image/png", "image/svg+xml"),
        (HTML, "note.txt", "text/plain", "text/html"),
        (b"\xef\xbb\xbf \n<!-- x --><HTML><script>1</script>", "a.jpg", "image/jpeg", "text/html"),
        (b"\x89PNG\r\n\x1a\n", "a.html", "text/html", "image/png"),
        ("привет".encode("cp1251"), "a.txt", "text/html", "text/plain"),
        (b"MZ\x90\0\x03", "invoice.pdf", "application/pdf", "application/x-msdownload"),
        (b"\0\1\2\3", "x.bin", "image/png", "application/octet-stream"),
    ],
)
def test_what_a_file_is_its_contents_decide_and_it_is_served_harmless(
    papers: Site, content: bytes, name: str, claimed: str, kind: str
) -> None:
    file = send(papers, content, name, kind=claimed).json()
    assert file["type"] == kind
    answer = papers.get(file["url"], "mark")
    assert answer.content == content
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if kind in ("image/png", "text/plain"):
        assert answer.headers["content-disposition"].startswith("inline; ")
    else:
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "html" not in answer.headers["content-type"] and "svg" not in answer.headers["content-type"]


def test_a_field_takes_its_kinds_and_sizes_alone_and_says_what_to_do(papers: Site) -> None:
    picture_file, text = sent(papers, picture(), "p.jpg"), sent(papers, b"words", "scan.png")
    large = sent(papers, PDF + b" " * 150_000, "large.pdf")
    refused = problem(
        papers.post(PAPERS, {"name": "x", "doc": picture_file, "photo": text}, "mark"), 422, "KBK3015"
    )
    assert {e["pointer"] for e in refused["errors"]} == {"/doc", "/photo"}
    assert (
        "text/plain" in refused["errors"][1]["message"]
        and "choose another" in refused["errors"][1]["message"]
    )
    too_large = problem(papers.post(PAPERS, {"name": "x", "doc": large["id"]}, "mark"), 422, "KBK3015")
    assert "100 KB" in too_large["errors"][0]["message"]
    four = [sent(papers, b"t%d" % n, "t.txt")["id"] for n in range(4)]
    problem(papers.post(PAPERS, {"name": "x", "scans": four}, "mark"), 422, "KBK3003")
    assert [f["id"] for f in paper(papers, scans=four[2::-1])["scans"]] == four[2::-1]


def test_what_is_no_form_too_large_or_from_nobody_leaves_nothing(papers: Site) -> None:
    problem(send(papers, b"x" * 300_001), 413, "KBK2005")
    problem(send(papers, b""), 422, "KBK5004")
    problem(
        papers.call(
            "POST",
            "/api/files",
            "mark",
            content=b"--x",
            headers={"content-type": "multipart/form-data; boundary=y"},
        ),
        400,
        "KBK2000",
    )
    problem(papers.post("/api/files", {}, "mark"), 400, "KBK2000")
    problem(papers.call("POST", "/api/files", None, files={"file": ("x", b"abc")}), 401, "KBK4001")
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    problem(papers.call("POST", "/api/files", "mark", files=two), 400, "KBK2000")
    left = list((papers.workspace.settings.home / "files" / "incoming").rglob("*"))
    assert left == []


def test_a_file_is_opened_by_its_uploader_and_then_by_who_may_read_what_holds_it(papers: Site) -> None:
    file = sent(papers, PDF, "a.pdf", "mark")
    absent = problem(papers.get("/files/999999/a.pdf", "nina"), 404, "KBK2006")

    def opens(who: str, of: dict[str, Any] = file) -> bool:
        answer = papers.get(of["url"], who)
        if answer.status_code == 200:
            return True
        found = problem(answer, 404, "KBK2006")
        assert (found["title"], found["detail"]) == (absent["title"], absent["detail"])
        return False

    assert opens("mark") and not opens("nina") and not opens("helen")
    problem(papers.post(PAPERS, {"name": "stolen", "doc": file["id"]}, "nina"), 422, "KBK3005")
    made = paper(papers, "mark", doc=file)
    assert opens("mark") and opens("helen") and not opens("nina")
    papers.patch(f"{PAPERS}/{made['id']}", {"owner": site_user(papers, "nina")}, "admin")
    assert opens("nina") and not opens("mark")  # who sent it has no more right than anybody else
    problem(papers.post(PAPERS, {"name": "again", "doc": file["id"]}, "mark"), 422, "KBK3005")
    assert papers.call("DELETE", f"{PAPERS}/{made['id']}", "admin").status_code == 204
    assert opens("nina")  # a record in the bin is still read
    secret = sent(papers, PDF + b"\n", "b.pdf", "helen")
    hidden = paper(papers, "helen", hidden=secret, owner=site_user(papers, "mark"))
    assert opens("helen", secret) and not opens("mark", secret)
    assert "hidden" not in papers.get(f"{PAPERS}/{hidden['id']}", "mark").json()
    line = sent(papers, picture(), "l.jpg", "helen")
    paper(papers, "helen", owner=site_user(papers, "mark"), lines=[{"name": "1", "picture": line}])
    assert opens("mark", line) and not opens("nina", line)
    names = {item["name"] for item in papers.get("/api/records/file", "mark").json()["items"]}
    assert names == {"l.jpg"}
    for who in ("mark", "nina", "helen"):  # what can be opened is what is listed, found in two ways
        listed = {item["id"] for item in papers.get("/api/records/file", who).json()["items"]}
        assert listed == {each["id"] for each in (file, secret, line) if opens(who, each)}
    problem(papers.patch(f"/api/records/file/{line['id']}", {"name": "x"}, "mark"), 404, "KBK2006")
    problem(papers.call("DELETE", f"/api/records/file/{line['id']}", "admin"), 409, "KBK3008")
    problem(papers.patch(f"/api/records/file/{line['id']}", {"name": "x"}, "admin"), 422, "KBK3014")


def site_user(site: Site, login: str) -> int:
    return int(site.get(f"/api/records/user/by/login/{login}").json()["id"])


def test_parts_of_a_file_and_files_that_did_not_change(papers: Site) -> None:
    file = sent(papers, PDF)
    whole = papers.get(file["url"], "mark")
    assert whole.headers["accept-ranges"] == "bytes" and whole.headers["cache-control"] == "private, no-cache"

    def part(text: str, **headers: str) -> Any:
        return papers.get(file["url"], "mark", headers={"range": text, **headers})

    assert part("bytes=0-3").content == PDF[:4] and part("bytes=0-3").status_code == 206
    assert part("bytes=-4").content == PDF[-4:] and part("bytes=5-").content == PDF[5:]
    assert part("bytes=0-3").headers["content-range"] == f"bytes 0-3/{len(PDF)}"
    assert part("bytes=0-3", **{"if-range": '"other"'}).content == PDF
    assert part("bytes=1-2,4-5").content == PDF
    outside = part(f"bytes={len(PDF)}-")
    assert outside.status_code == 416 and outside.headers["content-range"] == f"bytes */{len(PDF)}"
    again = papers.get(file["url"], "mark", headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    head = papers.call("HEAD", file["url"], "mark")
    assert head.headers["content-length"] == str(len(PDF)) and head.content == b""
    assert papers.post(file["url"], {}, "mark").status_code == 405


def test_small_pictures_stand_upright_and_tell_nothing_of_the_camera(papers: Site) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    exif.get_ifd(0x8825)[1] = "N"
    file = sent(papers, picture(exif=exif), "p.jpg")
    row = papers.get(f"/api/records/file/{file['id']}", "mark").json()
    assert (row["width"], row["height"]) == (400, 600)
    answer = papers.get(f"/files/{file['id']}/thumb/320", "mark")
    assert answer.headers["content-type"] == "image/webp"
    small = Image.open(io.BytesIO(answer.content))
    assert small.size == (213, 320) and not small.getexif() and b"Phone" not in answer.content
    red, blue = small.convert("RGB").getpixel((100, 10)), small.convert("RGB").getpixel((100, 310))
    assert (
        isinstance(red, tuple)
        and isinstance(blue, tuple)
        and red[0] > 150 > red[2]
        and blue[2] > 150 > blue[0]
    )
    assert papers.get(f"/files/{file['id']}/thumb/320", "nina").status_code == 404
    assert papers.get(f"/files/{file['id']}/thumb/77", "mark").status_code == 404


def test_a_bomb_has_no_small_picture_and_the_next_one_has(papers: Site) -> None:
    for content in (bomb(30_000), b"\x89PNG\r\n\x1a\n" + b"x" * 50, picture()[:500]):
        file = sent(papers, content, "bomb.png")
        assert papers.get(f"/files/{file['id']}/thumb/96", "mark").status_code == 404
    fine = sent(papers, picture(kind="PNG"), "fine.png")
    assert papers.get(f"/files/{fine['id']}/thumb/96", "mark").status_code == 200


def test_files_hang_on_any_record_under_its_rights(papers: Site) -> None:
    made = paper(papers, "mark")
    where = f"{PAPERS}/{made['id']}/files"
    answer = papers.call("POST", where, "mark", files={"file": ("note.txt", b"hello")})
    assert answer.status_code == 201, answer.text
    hung = answer.json()
    earlier = sent(papers, PDF, "contract.pdf")
    assert papers.post(where, {"id": earlier["id"]}, "mark").status_code == 201
    items = papers.get(where, "helen").json()["items"]
    assert [item["name"] for item in items] == ["contract.pdf", "note.txt"] and items[1]["by"][
        "title"
    ] == "Mark"
    assert papers.get(hung["url"], "helen").content == b"hello"
    problem(papers.get(where, "nina"), 404, "KBK2006")
    problem(papers.get(hung["url"], "nina"), 404, "KBK2006")
    problem(papers.call("POST", where, "nina", files={"file": ("x.txt", b"x")}), 404, "KBK2006")
    problem(papers.post(where, {"id": sent(papers, b"h", "h", "helen")["id"]}, "mark"), 422, "KBK3005")
    assert papers.call("DELETE", f"{where}/{hung['attachment']}", "mark").status_code == 204
    assert [item["name"] for item in papers.get(where, "mark").json()["items"]] == ["contract.pdf"]
