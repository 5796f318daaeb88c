"""Zip files: one file comes out of one, whole, and of nothing else anything at all."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.readers import zipped
from orchestration.ingestion.refusal import Refused

TEXT = b"1\tRUS\tPAK\n" * 1000


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as file:
        for name, data in members:
            file.writestr(name, data)
    return target.getvalue()


def unpacked(tmp_path: Path, data: bytes, **bounds: int) -> bytes:
    source, target = tmp_path / "x.zip", tmp_path / "x"
    source.write_bytes(data)
    zipped.unpack(source, target, bounds=zipped.Bounds(**bounds))
    return target.read_bytes()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_the_only_file_comes_out_whole(tmp_path: Path, method: int) -> None:
    assert unpacked(tmp_path, packed(("20240918143000.export.CSV", TEXT), method=method)) == TEXT


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ((), "holds 0 files"),
        ((("a.csv", TEXT), ("b.csv", TEXT)), r"holds 2 files \('a.csv', 'b.csv'\), expected one"),
        ((("a/", b""), ("a/b.csv", TEXT)), "holds 2 files"),
        ((("a/", b""),), "is a folder"),
        ((("../a.csv", TEXT),), "leads out of its folder"),
        ((("a/../../b.csv", TEXT),), "leads out of its folder"),
        ((("/etc/a.csv", TEXT),), "leads out of its folder"),
        ((("C:\\a.csv", TEXT),), "leads out of its folder"),
        ((("..\\a.csv", TEXT),), "leads out of its folder"),
    ],
)
def test_anything_but_one_plain_file_is_refused(
    tmp_path: Path, members: tuple[tuple[str, bytes], ...], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        unpacked(tmp_path, packed(*members))
    assert not (tmp_path.parent / "a.csv").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(Refused, match="is a link"):
        unpacked(tmp_path, packed((link, b"/etc/passwd")))


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    bomb = packed(("a.csv", b"0" * 30_000_000))
    with pytest.raises(Refused, match="unpacks to more than"):
        unpacked(tmp_path, bomb, free_bytes=1_000_000)
    assert (tmp_path / "x").stat().st_size < 10_000_000
    with pytest.raises(Refused, match="unpacks to more than"):
        unpacked(tmp_path, bomb, maximum_bytes=5_000_000)


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed(("a.csv", TEXT)))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + flags
        struct.pack_into("<H", data, place, struct.unpack_from("<H", data, place)[0] | 1)
    with pytest.raises(Refused, match="encrypted"):
        unpacked(tmp_path, bytes(data))


def test_another_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="expected deflate"):
        unpacked(tmp_path, packed(("a.csv", TEXT), method=zipfile.ZIP_BZIP2))


@pytest.mark.parametrize("cut", [1, 10, 40, -1, -10, -40])
def test_a_zip_file_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    with pytest.raises(Refused, match=r"damaged or cut off|no zip file"):
        unpacked(tmp_path, packed(("a.csv", TEXT))[:cut])


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "no zip file"), (b"1\t2\n", "no zip file"), (b"\n<!DOCTYPE html><html>", "is a web page")],
)
def test_what_is_called_zip_but_is_not_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        unpacked(tmp_path, data)


@settings(deadline=None)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_gives_the_right_text_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    data = bytearray(packed(("a.csv", TEXT)))
    data[place % len(data)] = byte
    try:
        text = unpacked(tmp_path_factory.mktemp("zip"), bytes(data))
    except Refused:
        return
    assert text == TEXT
