"""Files are written whole or not at all."""

import os
import stat

import pytest

from autograd_lite.files import write_whole


def test_text_and_bytes_are_written_as_they_are_and_replace_what_was_there(tmp_path):
    target = tmp_path / "a.txt"
    assert write_whole(target, "é\r\n") == target
    assert target.read_bytes() == b"\xc3\xa9\r\n"
    write_whole(str(target), b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, failing):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_a_file_keeps_its_permissions_and_a_new_one_has_the_usual(tmp_path):
    plain, kept = tmp_path / "plain", tmp_path / "kept"
    plain.write_text("x")
    kept.write_text("x")
    kept.chmod(0o604)
    write_whole(kept, "y")
    write_whole(tmp_path / "new", "y")
    modes = [stat.S_IMODE((tmp_path / n).stat().st_mode) for n in ("plain", "new", "kept")]
    assert modes[0] == modes[1]
    assert modes[2] == 0o604


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder"):
        write_whole(tmp_path / "no" / "a.txt", "x")
