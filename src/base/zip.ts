/**
 * Zip archives: members in, bytes out, and back under limits.
 *
 * Written archives are the same bytes whenever and wherever they are made.
 * Read ones are not trusted: what a member says of its size is checked before
 * anything is inflated, and held to while it is (rule F4).
 *
 * @module
 */
import { Inflate, zipSync } from "fflate";
import { TownletError } from "./error.ts";
import { recordText } from "./text.ts";

/** Most bytes of an archive's members for each byte of the archive. */
export const RATIO_MAX = 200;

/** What to hold an archive to. */
export interface UnzipOptions {
  /** The file, for messages. */
  readonly where: string;
  /** Most bytes of all members together. */
  readonly limitBytes: number;
}

/** A member of an archive, as its directory tells. */
interface Member {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  /** Its bytes as they stand in the archive. */
  readonly packed: Uint8Array;
  /** Bytes once inflated. */
  readonly size: number;
}

/** Signatures of the records of an archive. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Bytes of the records, without names and comments. */
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** Longest comment behind the last record. */
const COMMENT_MAX = 0xffff;
/** Ways to pack a member. */
const STORED = 0;
const DEFLATED = 8;
/** Packed bytes inflated at once: at most 16 MiB come of them. */
const PIECE_BYTES = 1 << 14;
/** Most bytes of a name in messages. */
const NAME_BYTES_MAX = 200;
/** Level of DEFLATE: 6 is where it stops to gain much. */
const LEVEL = 6;

/**
 * Packs members, in the order given: stored as they are, or deflated.
 *
 * The date of all is the first one there is: 1980-01-01 of wherever one is.
 */
export function zip(
  members: ReadonlyMap<string, Uint8Array>,
  options: { readonly compress?: boolean } = {},
): Uint8Array {
  return zipSync(Object.fromEntries(members), {
    level: options.compress ? LEVEL : 0,
    mtime: "1980-01-01T00:00:00",
  });
}

/**
 * Unpacks an archive: the members' bytes by name, in the archive's order.
 * Stored ones are views of the archive.
 *
 * @throws {TownletError} for what is no archive, is damaged, or would become
 * more than it says, than {@link RATIO_MAX} times itself, or than the limit
 */
export function unzip(
  bytes: Uint8Array,
  options: UnzipOptions,
): Map<string, Uint8Array> {
  const { where, limitBytes } = options;
  const members = readDirectory(bytes, where);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > limitBytes || total > RATIO_MAX * bytes.length) {
    throw new TownletError(
      `The archive would become ${total} bytes (rule F4)`,
      {
        code: "zip.size",
        where,
        hint: `At most ${limitBytes} bytes are unpacked, and ${RATIO_MAX} ` +
          "for each byte of the archive",
      },
    );
  }
  const found = new Map<string, Uint8Array>();
  for (const member of members) {
    const place = placeOf(where, member.name);
    if (found.has(member.name)) {
      throw faulty("The archive has two members of this name", place);
    }
    const content = member.isDeflated ? inflate(member, place) : member.packed;
    if (content.length !== member.size) {
      throw faulty("The member is shorter or longer than it says", place);
    }
    if (crc32(content) !== member.crc) {
      throw faulty("The member is damaged: its checksum does not fit", place);
    }
    found.set(member.name, content);
  }
  return found;
}

/** What to call a member of an archive in messages. */
export function placeOf(where: string, name: string): string {
  return `${where}: ${recordText(name, NAME_BYTES_MAX)}`;
}

/** Reads the records at the end, and finds each member's bytes. */
function readDirectory(bytes: Uint8Array, where: string): Member[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, where);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) {
      throw faulty("The archive's directory is damaged", where);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + CENTRAL_BYTES + nameBytes +
      view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw faulty("The archive's directory is damaged", where);
    members.push(readMember(view, at, where));
    at = next;
  }
  return members;
}

/** Where the last record begins; a comment may follow it. */
function findEnd(view: DataView, where: string): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - COMMENT_MAX); at--) {
    if (
      view.getUint32(at, true) === END &&
      at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength
    ) return at;
  }
  throw faulty("This is no zip archive, or its end is missing", where);
}

/** Reads the record of a member, and where its bytes are. */
function readMember(view: DataView, at: number, where: string): Member {
  const name = new TextDecoder().decode(
    bytesAt(view, at + CENTRAL_BYTES, view.getUint16(at + 28, true)),
  );
  const place = placeOf(where, name);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if ((flags & 1) !== 0 || method !== STORED && method !== DEFLATED) {
    throw faulty("The member is encrypted, or packed in an unknown way", place);
  }
  const packedBytes = view.getUint32(at + 20, true);
  const local = view.getUint32(at + 42, true);
  if (
    local + LOCAL_BYTES > view.byteLength ||
    view.getUint32(local, true) !== LOCAL
  ) throw faulty("The member is not where the archive says", place);
  const from = local + LOCAL_BYTES + view.getUint16(local + 26, true) +
    view.getUint16(local + 28, true);
  if (from + packedBytes > view.byteLength) {
    throw faulty("The member reaches beyond the archive", place);
  }
  return {
    name,
    isDeflated: method === DEFLATED,
    crc: view.getUint32(at + 16, true),
    packed: bytesAt(view, from, packedBytes),
    size: view.getUint32(at + 24, true),
  };
}

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

/** Inflates piece by piece, and never past the size that was told. */
function inflate({ packed, size }: Member, where: string): Uint8Array {
  const content = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((piece) => {
    if (length + piece.length > size) {
      throw faulty("The member is longer than it says (rule F4)", where);
    }
    content.set(piece, length);
    length += piece.length;
  });
  try {
    let at = 0;
    do {
      const piece = packed.subarray(at, at + PIECE_BYTES);
      at += PIECE_BYTES;
      stream.push(piece, at >= packed.length);
    } while (at < packed.length);
  } catch (error) {
    if (error instanceof TownletError) throw error;
    throw faulty("The member cannot be inflated", where, error);
  }
  return content.subarray(0, length);
}

/** CRC-32 of ISO 3309, bit by bit for each byte: what zip uses. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = (crc & 1) === 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = CRC_TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function faulty(what: string, where: string, cause?: unknown): TownletError {
  return new TownletError(what, {
    code: "zip.damaged",
    where,
    hint: "Write the file anew, or take another copy of it",
    cause,
  });
}
