"""A CSV file, read by pandas in pieces, so that it may be larger than memory."""

from __future__ import annotations

import csv
import gzip
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograd_lite.errors import DataError, DependencyError, FileError

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?")
DELIMITERS = ",;\t|"
ROWS = 20_000  # that are held together
LOOK = 1 << 16  # bytes that are looked at for the delimiter


class CSVFile:
    """The rows of a CSV file as texts, `None` where one is missing.

    Quoted fields, a byte-order mark, gzip (.gz) and other delimiters (;, tab, |) are understood.
    columns: the names in the header.
    Raises FileError if it is no table: empty, not UTF-8, a name twice, rows of other lengths;
    OSError if it cannot be read; DependencyError without pandas.
    """

    def __init__(self, path: str | os.PathLike[str], delimiter: str | None = None) -> None:
        self.path = Path(path)
        self.pandas = _pandas()
        head = self._head()
        self.delimiter = delimiter or _delimiter(head)
        header = next(csv.reader(head.splitlines(), delimiter=self.delimiter), [])
        self.columns = [name.strip() for name in header]
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice or not all(self.columns):
            problem = f"the name {twice[0]!r} twice" if twice else "a column without a name"
            raise FileError(f"{self.path}: the header has {problem}: {', '.join(header)[:200]}.")

    def _head(self) -> str:
        opened: Any = gzip.open if self.path.suffix == ".gz" else open
        with opened(self.path, "rb") as file:
            try:
                data = file.read(LOOK)
            except (gzip.BadGzipFile, EOFError) as error:
                raise FileError(f"{self.path} is no gzip file: {error}.") from None
        text = str(data.decode("utf-8-sig", errors="ignore"))
        if not text.strip():
            raise FileError(f"{self.path} is empty. It needs a header and rows.")
        if "\0" in text:
            raise FileError(f"{self.path} is no text. Give a CSV file in UTF-8.")
        return text

    def pieces(self) -> Iterator[tuple[int, Any]]:
        """(number of the first row, a frame of texts) for every piece; rows count from 1."""
        first = 1
        try:
            reader = self.pandas.read_csv(
                self.path,
                sep=self.delimiter,
                dtype=str,
                encoding="utf-8-sig",
                keep_default_na=False,
                na_values=list(MISSING),
                skipinitialspace=True,
                index_col=False,
                chunksize=ROWS,
            )
            with reader:
                while (frame := self._next(reader)) is not None:
                    frame.columns = self.columns
                    yield first, frame
                    first += len(frame)
        except UnicodeDecodeError as error:
            raise FileError(f"{self.path} is not UTF-8: {error}. Convert it first.") from None
        except (self.pandas.errors.ParserError, EOFError, gzip.BadGzipFile) as error:
            raise FileError(f"{self.path} is no proper table: {_reason(str(error))}.") from None
        except self.pandas.errors.EmptyDataError:
            return

    def _next(self, reader: Any) -> Any:
        """The next piece, None after the last. A row with too many fields is refused, not cut."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", self.pandas.errors.ParserWarning)
            try:
                return next(reader, None)
            except self.pandas.errors.ParserWarning:
                raise FileError(
                    f"{self.path}: a row has more fields than the header, which has "
                    f"{len(self.columns)}.\n"
                    f"  Fields are cut at {self.delimiter!r}; one that holds it needs quotes."
                ) from None

    def column(self, name: str, what: str) -> str:
        """A column's name, if there is such a one; DataError with the names there are."""
        if name not in self.columns:
            raise DataError(
                f"{self.path} has no {what} {name!r}.\n  Its columns: {', '.join(self.columns)}."
            )
        return name


def _reason(said: str) -> str:
    """What is wrong with a table, from what pandas or gzip say of it."""
    open_quote = re.search(r"EOF inside string starting at row (\d+)", said)
    if open_quote:
        return f"the quotes that open in row {open_quote[1]} are never closed"
    fields = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said)
    if fields:
        return f"line {fields[2]} has {fields[3]} fields, where {fields[1]} are expected"
    if "end-of-stream" in said:
        return "the compressed file is cut short"
    return said.removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")


def _delimiter(head: str) -> str:
    """The one of the usual delimiters that cuts the first rows alike, into most parts."""
    rows = head.splitlines()[:20]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(rows, delimiter=delimiter) if row][:-1] or [
            len(row) for row in csv.reader(rows, delimiter=delimiter) if row
        ]
        if counts and min(counts) == max(counts) > most:
            best, most = delimiter, counts[0]
    return best


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise DependencyError(
            'Reading tables needs the package pandas.\n  pip install "autograd-lite[table]"'
        ) from None
    return pandas
