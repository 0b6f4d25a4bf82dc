"""
Writers of the containers that checkpoints come in, byte for byte as their programs lay them out, by Python's
standard library and NumPy alone. A state is a dict of arrays in the order in which they are written.
"""
import io
import json
import os
import pickle
import struct
import sys
import types
import zlib
from collections import OrderedDict

import numpy as np


def encode(values, kind):
    """Values, row by row, as "F32", "F16", "BF16", "I64", "I32" or "U8"."""
    if kind == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype({"F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}[kind]).tobytes()


def stored(values, kind):
    """What a reader gets back."""
    return values if kind == "BF16" else values.astype({"F32": "<f4", "F16": "<f2"}[kind]).astype(np.float64)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


# ------------------------------------------------------------------------------------------------ safetensors

def safetensors(path, tensors, metadata=None):
    """`tensors`: (name, values, type) in the order in which they are written."""
    header, data = ({"__metadata__": metadata} if metadata else {}), []
    offset = 0
    for key, values, kind in tensors:
        data.append(encode(values, kind))
        end = offset + len(data[-1])
        header[key] = dict(dtype=kind, shape=list(values.shape), data_offsets=[offset, end])
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write(path, struct.pack("<Q", len(text)) + text + b"".join(data))


# ------------------------------------------------------------------------------------------------ PyTorch

STORAGES = {"F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage", "I64": "LongStorage"}


def stand_in(module, name, what):
    """What a pickle names "module name", without that module."""
    what.__module__, what.__qualname__, what.__name__ = module, name, name
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(".".join(parts[:i + 1])))
    setattr(sys.modules[module], name, what)
    return what


KINDS = {kind: stand_in("torch", name, type(name, (), {})) for kind, name in STORAGES.items()}
REBUILD = stand_in("torch._utils", "_rebuild_tensor_v2", lambda *_: None)


class Storage:
    def __init__(self, values, kind):
        self.values, self.kind, self.key = values.ravel(), kind, None


class Tensor:
    """A view of a storage; strides and offset count values."""

    def __init__(self, storage, offset, shape, stride):
        self.args = storage, offset, tuple(shape), tuple(stride), False, OrderedDict()

    def __reduce_ex__(self, _):
        return REBUILD, self.args


def tensor(values, kind):
    """A tensor in a storage of its own."""
    packed = np.zeros(values.shape, np.int8)
    return Tensor(Storage(values, kind), 0, values.shape, packed.strides)


def shared(values, orders):
    """
    Tensors that lie one behind the other in one float16 storage, as views of what they were before
    transposition: `orders` says for each name along which axes it lies in memory.
    """
    state, offset, parts = OrderedDict(), 3, [np.zeros(3)]
    for name, array in values.items():
        order = orders(name, array)
        inner = array.transpose(order)
        strides = np.zeros(inner.shape, np.int8).strides
        state[name] = (offset, array.shape, [strides[order.index(i)] for i in range(array.ndim)])
        parts.append(inner.ravel())
        offset += array.size
    storage = Storage(np.concatenate(parts), "F16")
    return OrderedDict((name, Tensor(storage, *place)) for name, place in state.items())


class Pickler(pickle.Pickler):
    """Storages by number, in the order in which they are met."""

    def __init__(self, file, legacy):
        super().__init__(file, protocol=2)
        self.storages, self.legacy = [], legacy

    def persistent_id(self, what):
        if not isinstance(what, Storage):
            return None
        if what not in self.storages:
            count = len(self.storages)
            what.key = str(94000000000000 + 64 * count if self.legacy else count)
            self.storages.append(what)
        end = (None,) if self.legacy else ()
        return ("storage", KINDS[what.kind], what.key, "cpu", len(what.values)) + end


def pickled(what, legacy):
    data = io.BytesIO()
    pickler = Pickler(data, legacy)
    pickler.dump(what)
    return data.getvalue(), pickler.storages


def torch_legacy(path, state):
    data = b"".join(pickle.dumps(x, 2) for x in (0x1950a86a20f9469cfc6c, 1001, OrderedDict(
        protocol_version=1001, little_endian=True, type_sizes=OrderedDict(short=2, int=4, long=4))))
    body, storages = pickled(state, True)
    storages.sort(key=lambda s: s.key)
    data += body + pickle.dumps([s.key for s in storages], 2)
    for s in storages:
        data += struct.pack("<q", len(s.values)) + encode(s.values, s.kind)
    write(path, data)


def torch_zip(path, state):
    stem = os.path.splitext(os.path.basename(path))[0]
    body, storages = pickled(state, False)
    entries = [("data.pkl", body)] + sorted(("data/" + s.key, encode(s.values, s.kind)) for s in storages)
    data, directory = bytearray(), b""
    for name, content in entries + [("version", b"3\n")]:
        name = (stem + "/" + name).encode()
        common = struct.pack("<HHHHHIII", 0, 0x0808, 0, 0, 0, zlib.crc32(content), len(content), len(content))
        offset = len(data)
        pad = -(offset + 30 + len(name) + 4) % 64
        data += b"PK\3\4" + common[:10] + bytes(12) + struct.pack("<HH", len(name), pad + 4)
        data += name + b"FB" + struct.pack("<H", pad) + b"Z" * pad + content
        data += b"PK\7\10" + common[10:]
        directory += b"PK\1\2\0\0" + common + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, offset) + name
    count = len(entries) + 1
    end = struct.pack("<QQQQ", count, count, len(directory), len(data))
    end = b"PK\6\6" + struct.pack("<QHHII", 44, 0x031e, 45, 0, 0) + end
    end += b"PK\6\7" + struct.pack("<IQI", 0, len(data) + len(directory), 1)
    end += b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(data), 0)
    write(path, bytes(data) + directory + end)


# ------------------------------------------------------------------------------------------------ TensorFlow

def crc_table():
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82f63b78 if i & 1 else 0)
        yield i


CRC = list(crc_table())


def masked_crc(data):
    """CRC-32C, turned and moved, so that a checksum of data with checksums in them stays one."""
    crc = 0xffffffff
    for byte in data:
        crc = CRC[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xffffffff
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    """A protocol buffer's field; absent where it is zero."""
    return varint(field << 3) + varint(value) if value else b""


def message(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def block(entries):
    """A table's block: keys share what they begin with, but every sixteenth."""
    data, restarts, last = b"", [], b""
    for i, (key, value) in enumerate(entries):
        shared_bytes = 0 if i % 16 == 0 else len(os.path.commonprefix([last, key]))
        if i % 16 == 0:
            restarts.append(len(data))
        data += varint(shared_bytes) + varint(len(key) - shared_bytes) + varint(len(value))
        data += key[shared_bytes:] + value
        last = key
    restarts = restarts or [0]
    data += struct.pack("<%dI" % (len(restarts) + 1), *restarts, len(restarts))
    return data + b"\0" + struct.pack("<I", masked_crc(data + b"\0"))


DTYPES = {"F32": 1, "I32": 3, "I64": 9, "BF16": 14, "F16": 19}


def tensorflow(prefix, tensors, shards=1):
    """`tensors`: (name, values, type, shard). Writes the index, the shards and the folder's `checkpoint`."""
    data = [b""] * shards
    entries = [(b"", number(1, shards) + message(3, number(1, 1)))]
    for name, values, kind, shard in sorted(tensors):
        content = encode(values, kind)
        shape = b"".join(message(2, number(1, n)) for n in values.shape)
        entry = number(1, DTYPES[kind]) + message(2, shape) + number(3, shard) + number(4, len(data[shard]))
        entry += number(5, len(content)) + varint(6 << 3 | 5) + struct.pack("<I", masked_crc(content))
        entries.append((name.encode(), entry))
        data[shard] += content
    table = block(entries)
    handles, blocks = [varint(0) + varint(len(table) - 5)], table
    for content in (block([]), block([(b"t", handles[0])])):
        handles.append(varint(len(blocks)) + varint(len(content) - 5))
        blocks += content
    footer = handles[1] + handles[2]
    blocks += footer + bytes(40 - len(footer)) + struct.pack("<Q", 0xdb4775248b80fb57)
    write(prefix + ".index", blocks)
    for i, content in enumerate(data):
        write("%s.data-%05d-of-%05d" % (prefix, i, shards), content)
    name = os.path.basename(prefix)
    write(os.path.join(os.path.dirname(prefix), "checkpoint"),
          ('model_checkpoint_path: "%s"\nall_model_checkpoint_paths: "%s"\n' % (name, name)).encode())
