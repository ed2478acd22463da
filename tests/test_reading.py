"""Files and XML from outside: what is taken, and one line for what is not."""

from __future__ import annotations

import pytest

from ketamine_mtor import paths, reading
from ketamine_mtor.errors import InputError
from tests.damage import MAKERS


def test_text_is_read_with_plain_line_ends(tmp_path):
    path = tmp_path / "some.txt"
    path.write_bytes("é\r\nb\rc\n".encode())
    assert reading.read(path) == path.read_text(encoding="utf-8") == "é\nb\nc\n"


@pytest.mark.parametrize(
    ("maker", "said"),
    [
        ("gone", "No such file or directory"),
        ("folder", "Is a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("fifo", "no regular file"),
        ("endless", "no regular file"),
        ("gigabyte", "it has 1000000000 bytes; allowed: up to 64000000"),
        ("latin1", "can't decode"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, maker, said):
    path = tmp_path / "in.txt"
    MAKERS[maker](path)
    with pytest.raises(InputError, match=r"in\.txt cannot be read: ") as caught:
        reading.read(path)
    assert said in str(caught.value)


def test_a_file_just_small_enough_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 4)
    path = tmp_path / "in.txt"
    path.write_text("four")
    assert reading.read(path) == "four"
    path.write_text("fives")
    with pytest.raises(InputError, match="it has 5 bytes"):
        reading.read(path)


@pytest.mark.parametrize(
    "path", sorted((paths.root() / "sbml").rglob("*.xml")), ids=lambda p: p.name
)
def test_what_the_package_writes_can_be_read(path):
    reading.check_xml(reading.read(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a><b></a>", "it is no XML: mismatched tag: line 1, column 8"),
        ("", "it is no XML: no element found"),
        ("<!DOCTYPE a><a/>", "it has a DOCTYPE"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "it has a DOCTYPE"),
        ("<a>&x;</a>", "it is no XML: undefined entity"),
    ],
)
def test_xml_that_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        reading.check_xml(text)


def test_elements_lie_so_deep_and_no_deeper():
    most = reading.DEEPEST
    reading.check_xml("<a>" * most + "</a>" * most)
    reading.check_xml(f"<a>{'<b/>' * 2 * most}</a>")
    with pytest.raises(InputError, match=f"more than {most} deep"):
        reading.check_xml("<a>" * (most + 1) + "</a>" * (most + 1))
