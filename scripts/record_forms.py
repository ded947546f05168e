"""Bytes in the forms that package managers and compilers leave in images, for tests: rpm's headers and its three databases, archives,
programs with a section."""
import io
import pathlib
import sqlite3
import struct
import tempfile
import zipfile


def rpm_header(name="bash", version="5.1", release="1.el9", epoch=None, vendor="Red Hat", arch="x86_64", source=None, files=(), stream=None, requires=(), provides=()):
    """The header of an installed package, files by directory and name."""
    directories = sorted({path.rpartition("/")[0] + "/" for path in files})
    text = lambda *values: (6 if len(values) == 1 else 8, len(values), b"".join(value.encode() + b"\0" for value in values))
    numbers = lambda *values: (4, len(values), struct.pack(f">{len(values)}I", *values))
    tags = {1000: text(name), 1001: text(version), 1002: text(release), 1011: text(vendor), 1022: text(arch),
            1044: text(source or f"{name}-{version}-{release}.src.rpm")}
    if epoch is not None:
        tags[1003] = numbers(epoch)
    if files:
        tags[1116] = numbers(*(directories.index(path.rpartition("/")[0] + "/") for path in files))
        tags[1117] = (8, *text(*(path.rpartition("/")[2] for path in files))[1:])
        tags[1118] = (8, *text(*directories)[1:])
    for tag, names in [(1047, provides), (1049, requires)]:
        if names:
            tags[tag] = (8, *text(*names)[1:])
    if stream:
        tags[5096] = text(stream)
    index, data = b"", b""
    for tag, (kind, count, value) in sorted(tags.items()):
        if kind == 4:
            data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", tag, kind, len(data), count)
        data += value
    return struct.pack(">II", len(tags), len(data)) + index + data


def rpm_sqlite(*headers):
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(folder + "/db")
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
        connection.commit()
        connection.close()
        return pathlib.Path(folder, "db").read_bytes()


def rpm_native(*headers):
    """Pages of slots, and blobs in units of 16 bytes: a head, the content, a tail with a checksum that nobody reads."""
    page, units, blobs, slots = 4096, 256, b"", b""
    for number, header in enumerate(headers, 1):
        count = (16 + len(header) + 12 + 15) // 16
        slots += b"Slot" + struct.pack("<III", number, units, count)
        blob = b"BlbS" + struct.pack("<III", number, 1, len(header)) + header
        blobs += blob.ljust(count * 16 - 12, b"\0") + struct.pack("<II", 0, len(header)) + b"BlbE"
        units += count
    head = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(headers) + 1) + bytes(12)
    return (head + slots).ljust(page, b"\0") + blobs


def rpm_berkeley(*headers, size=512, order="<"):
    """A hash of pages: the number of the last package under the key 0, and each package's header on pages of its own."""
    key = lambda number: b"\1" + struct.pack(order + "I", number)
    items, chains, next_page = [key(0), b"\1" + struct.pack(order + "I", len(headers))], b"", 2
    for number, header in enumerate(headers, 1):
        parts = [header[at : at + size - 26] for at in range(0, len(header), size - 26)]
        items += [key(number), struct.pack(order + "B3xII", 3, next_page, len(header))]
        for index, part in enumerate(parts):
            follows = next_page + 1 if index + 1 < len(parts) else 0
            head = struct.pack(order + "QIIIHH", 0, next_page, 0, follows, 1, len(part)) + bytes([0, 7])
            chains += (head + part).ljust(size, b"\0")
            next_page += 1
    offsets, content, at = [], b"", size
    for item in items:
        at -= len(item)
        offsets.append(at)
        content = item + content
    first = struct.pack(order + "QIIII", 0, 0, 0x61561, 9, size) + bytes([0, 8, 0, 0]) + struct.pack(order + "II", 0, next_page - 1)
    hashed = struct.pack(order + "QIIIHH", 0, 1, 0, 0, len(items), at) + bytes([0, 13])
    hashed += struct.pack(f"{order}{len(offsets)}H", *offsets)
    return first.ljust(size, b"\0") + hashed.ljust(size - len(content), b"\0") + content + chains


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def elf(section, content):
    names = b"\0" + section.encode() + b"\0.shstrtab\0"
    at = 64 + len(content)
    table = (at + len(names) + 7) // 8 * 8
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, table, 0, 64, 56, 0, 64, 3, 2)
    sections = bytes(64)
    sections += struct.pack("<IIQQQQIIQQ", 1, 1, 3, 64, 64, len(content), 0, 0, 16, 0)
    sections += struct.pack("<IIQQQQIIQQ", 2 + len(section), 3, 0, 0, at, len(names), 0, 0, 1, 0)
    return (header + content + names).ljust(table, b"\0") + sections
