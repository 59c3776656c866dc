"""Finding a layout engine, and what happens without one."""

import stat

import graphviz
import pytest

from autograd_lite import AutogradError
from viz import engine


@pytest.fixture(autouse=True)
def _forget():
    engine.find_engine.cache_clear()
    yield
    engine.find_engine.cache_clear()


def program(path, text="#!/bin/sh\n"):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_system_dot_is_preferred(tmp_path, monkeypatch):
    program(tmp_path / "dot")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine.find_engine() == str(tmp_path / "dot")


def test_wheel_is_found_when_its_folder_is_not_on_path(tmp_path, monkeypatch):
    wheel = program(tmp_path / "graphviz-pure")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(engine, "_places", lambda name: iter([tmp_path / "nowhere", wheel]))
    assert engine.find_engine() == str(wheel)


def test_without_an_engine_the_error_names_both_cures(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(engine, "_places", lambda name: iter(()))
    with pytest.raises(RuntimeError, match="pip install graphviz-pure") as caught:
        engine.find_engine()
    assert isinstance(caught.value, AutogradError)
    assert "apt install graphviz" in str(caught.value)


def test_broken_source_is_an_error_of_ours():
    with pytest.raises(AutogradError, match="could not draw the graph as svg"):
        engine.render("digraph { a -> ", "svg")


def test_the_graphviz_package_is_left_as_it_was(monkeypatch):
    before = "somebody's own"
    monkeypatch.setattr(graphviz.backend.dot_command, "DOT_BINARY", before)
    assert engine.render("digraph { a }", "svg").startswith(b"<?xml")
    assert graphviz.backend.dot_command.DOT_BINARY == before


def test_program_that_is_gone_is_an_error_of_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "find_engine", lambda: str(tmp_path / "gone"))
    with pytest.raises(AutogradError, match="cannot be started"):
        engine.render("digraph { a }", "svg")
