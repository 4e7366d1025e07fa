"""A CSV or JSON Lines file, however large → its orders one by one, or the line and reason why one cannot be read."""

import codecs
import csv
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec

from doorstep.domain.orders import Order
from doorstep.errors import BadInputError
from doorstep.shops.generic import read_order
from doorstep.shops.generic.table import Row, RowFault, fault_at, form_of, read_header

#: Longer lines are no orders.
_LONGEST_LINE = 4_000_000
_CHUNK = 1 << 20
#: The bytes that Windows-1252 gives no meaning. Source: unicode.org's CP1252 mapping table, read 2026-11-22.
_UNDEFINED = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
#: So many orders back we notice that an order's rows do not stand together.
_REMEMBERED = 100_000


class OrderFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file found usable."""

    path: Path
    size: int
    #: Of its bytes.
    sha256: bytes
    #: "utf-8-sig" or "cp1252".
    encoding: str
    #: Of a CSV file; None: JSON Lines.
    delimiter: str | None
    #: Counts as the last change of orders that do not tell theirs.
    as_of: datetime


class Item(msgspec.Struct, frozen=True):
    """One order of the file, or why it cannot be read."""

    #: Where it begins, from 1; the next one begins after `last_line`.
    first_line: int
    last_line: int
    order: Order | RowFault


def open_order_file(path: Path) -> OrderFile:
    """Look through a file once: its hash, its encoding, its format.

    Raises:
        BadInputError: it cannot be opened, is empty, binary, or of another format.
    """
    digest, decoder, utf8, undefined = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True, False
    head = b""
    try:
        stat = path.stat()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                head = head or chunk[:65536]
                digest.update(chunk)
                undefined = undefined or len(chunk.translate(None, _UNDEFINED)) < len(chunk)
                utf8 = utf8 and _decodes(decoder, chunk)
            utf8 = utf8 and _decodes(decoder, b"", final=True)
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text:
        raise BadInputError(f"{path}: is empty")
    if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) or b"\0" in head or (not utf8 and undefined):
        raise BadInputError(f"{path}: is neither UTF-8 nor Windows-1252 text")
    if text.startswith(b"["):
        raise BadInputError(f"{path}: is one JSON list; write one order a line (JSON Lines)")
    encoding = "utf-8-sig" if utf8 else "cp1252"
    delimiter = None if text.startswith(b"{") else _delimiter(text.splitlines()[0].decode(encoding, "replace"))
    return OrderFile(
        path=path,
        size=stat.st_size,
        sha256=digest.digest(),
        encoding=encoding,
        delimiter=delimiter,
        as_of=datetime.fromtimestamp(int(stat.st_mtime), UTC),
    )


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


class _Read(msgspec.Struct, frozen=True):
    """One row as read: where it begins, whose it says it is, and what it holds."""

    line_number: int
    order_id: str | None
    row: Row | RowFault


class _Group:
    """Rows that stand together and are of one order."""

    def __init__(self, first: _Read, last_line: int) -> None:
        self.order_id = first.order_id
        self.first_line = first.line_number
        self.last_line = last_line
        self.rows: list[Row] = []
        self.faults: list[RowFault] = []
        self._add(first.row)

    def takes(self, read: _Read, last_line: int) -> bool:
        """Take a row if it is of this order."""
        if self.order_id is None or read.order_id != self.order_id:
            return False
        self.last_line = last_line
        self._add(read.row)
        return True

    def _add(self, row: Row | RowFault) -> None:
        if isinstance(row, Row):
            self.rows.append(row)
        else:
            self.faults.append(row)


class Reading:
    """One pass through an order file."""

    def __init__(self, file: OrderFile) -> None:
        self.file = file
        #: Lines taken from the file.
        self.lines = 0
        #: Bytes taken from the disk, for the progress bar.
        self.bytes = 0
        self._too_long: set[int] = set()
        self._seen: OrderedDict[str, int] = OrderedDict()

    def items(self, *, after_line: int = 0) -> Iterator[Item]:
        """Yield the orders and faults that begin after a line, in the file's order.

        Raises:
            BadInputError: the header of a CSV file cannot be used.
        """
        with self.file.path.open(encoding=self.file.encoding, newline="") as text:
            yield from self._csv(text, after_line) if self.file.delimiter else self._json_lines(text, after_line)

    def _lines_of(self, text: TextIO) -> Iterator[str]:
        while line := text.readline(_LONGEST_LINE):
            self.lines += 1
            if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._too_long.add(self.lines)
                while (rest := text.readline(_LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                    pass
                line = "\n"
            if self.lines % 256 == 0:
                self.bytes = text.buffer.tell()
            yield line

    def _json_lines(self, text: TextIO, after_line: int) -> Iterator[Item]:
        for line in self._lines_of(text):
            at = self.lines
            if at <= after_line:
                continue
            if at in self._too_long:
                yield Item(at, at, RowFault(at, "the line is too long"))
            elif line.strip():
                yield Item(at, at, self._order_of(line, at))

    def _order_of(self, line: str, at: int) -> Order | RowFault:
        try:
            data = msgspec.json.decode(line)
            order = read_order(data, received_at=self.file.as_of)
        except (msgspec.DecodeError, RecursionError) as error:
            return RowFault(at, f"the line is not JSON: {error}")
        except BadInputError as error:
            return RowFault(at, str(error))
        earlier = self._remember(order.external_id, at)
        if earlier and not data.get("updated_at"):
            return RowFault(at, f"id: stood in line {earlier} already; give updated_at to tell which is newer")
        return order

    def _csv(self, text: TextIO, after_line: int) -> Iterator[Item]:
        reader = csv.reader(self._lines_of(text), delimiter=self.file.delimiter or ",", strict=True)
        names = read_header(_header(reader))
        group: _Group | None = None
        for row in self._rows(reader, names):
            if group is not None and group.takes(row, self.lines):
                continue
            if group is not None:
                yield from self._close(group, after_line)
            group = _Group(row, self.lines)
        if group is not None:
            yield from self._close(group, after_line)

    def _rows(self, reader: Iterator[list[str]], names: list[str]) -> Iterator["_Read"]:
        """Yield rows with the line on which each begins; blank ones are passed over."""
        while True:
            at = self.lines + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield _Read(at, None, RowFault(at, f"the row is not CSV: {error}"))
                continue
            filled = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
            order_id = filled.get("order_id")
            if any(line in self._too_long for line in range(at, self.lines + 1)):
                yield _Read(at, None, RowFault(at, "the line is too long"))
            elif len(cells) != len(names) and any(cell.strip() for cell in cells):
                yield _Read(at, order_id, RowFault(at, f"the row has {len(cells)} cells, the header {len(names)}"))
            elif filled:
                fault = None if order_id else RowFault(at, "order_id: a text or whole number is needed")
                yield _Read(at, order_id, fault or Row(at, filled))

    def _close(self, group: "_Group", after_line: int) -> Iterator[Item]:
        """Make the order of its rows. Those done in an earlier run are only remembered."""
        earlier = self._remember(group.order_id, group.first_line) if group.order_id else None
        if group.last_line <= after_line:
            return
        for fault in group.faults:  # before the order, so that a stop between the two reads all of it again
            yield Item(group.first_line, group.first_line - 1, fault)
        if earlier:
            reason = f"order_id: the order began in line {earlier}; its rows must stand together"
            yield Item(group.first_line, group.last_line, RowFault(group.first_line, reason))
        elif group.rows and group.faults:
            reason = f"another row of this order cannot be read, line {group.faults[0].line_number}"
            yield Item(group.first_line, group.last_line, RowFault(group.first_line, reason))
        elif group.rows:
            yield Item(group.first_line, group.last_line, self._order_of_rows(group.rows))

    def _order_of_rows(self, rows: list[Row]) -> Order | RowFault:
        form = form_of(rows)
        try:
            return form if isinstance(form, RowFault) else read_order(form, received_at=self.file.as_of)
        except BadInputError as error:
            return fault_at(str(error), rows)

    def _remember(self, order_id: str, at: int) -> int | None:
        """Return where an order stood before, if it did within the last hundred thousand."""
        earlier = self._seen.setdefault(order_id, at)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return earlier if earlier != at else None


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader)
    except (csv.Error, StopIteration) as error:
        raise BadInputError("the first line is no CSV header") from error
