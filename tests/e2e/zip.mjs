// ZIP archives: one file of them, for looking into downloaded workbooks, and made-up ones to hand in.
import zlib from 'node:zlib';

const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8 = 0x800;

// Every part as [name, bytes].
export function zip_all(bytes) {
  const parts = [];
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== END) end--;
  let at = bytes.readUInt32LE(end + 16);
  while (bytes.readUInt32LE(at) === CENTRAL) {
    const name_length = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    parts.push([bytes.toString('utf8', at + 46, at + 46 + name_length), bytes.readUInt16LE(at + 10) === 8 ? zlib.inflateRawSync(packed) : packed]);
    at += 46 + name_length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return parts;
}

export function zip_text(bytes, name) {
  const found = zip_all(bytes).find(([part]) => part === name);
  if (!found) throw new Error(`no ${name} in the archive`);
  return found[1].toString('utf8');
}

const table = Array.from({ length: 256 }, (_, i) => {
  for (let k = 0; k < 8; k++) i = i & 1 ? (i >>> 1) ^ 0xedb88320 : i >>> 1;
  return i >>> 0;
});

function crc32(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes); // newer than Node 18
  let c = 0xffffffff;
  for (const b of bytes) c = (c >>> 8) ^ table[(c ^ b) & 255];
  return (c ^ 0xffffffff) >>> 0;
}
const bytes_of = (x) => (Buffer.isBuffer(x) ? x : Buffer.from(x, 'utf8'));
const is_plain = (name) => Buffer.isBuffer(name) || /^[\x00-\x7f]*$/.test(name);

// Parts: {name, data, store, flags, method, mode, crc, size}: the latter falsify what the directory says.  A name in bytes is not said to
// be UTF-8.
export function zip(parts, { prefix = '', comment = '', count } = {}) {
  const head = bytes_of(prefix);
  const local = [head];
  const central = [];
  let at = head.length;
  for (const part of parts) {
    const data = bytes_of(part.data);
    const packed = part.packed ?? (part.store ? data : zlib.deflateRawSync(data));
    const method = part.method ?? (part.store ? 0 : 8);
    const name = bytes_of(part.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(part.flags ?? (is_plain(part.name) ? 0 : UTF8), 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(0x58e84bc0, 6);
    common.writeUInt32LE(part.crc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(part.size ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(part.mode ? (part.mode << 16) >>> 0 : 0, 8);
    entry.writeUInt32LE(part.offset ?? at, 12);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    central.push(Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, part.mode ? 3 : 0]), common, entry.subarray(2), name);
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count ?? parts.length, 4);
  end.writeUInt16LE(count ?? parts.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06', 'latin1'), end, Buffer.from(comment)]);
}
