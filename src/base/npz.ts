/**
 * Arrays by name in one file, as `numpy.savez` writes and `numpy.load` reads.
 *
 * @module
 */
import { TownletError } from "./error.ts";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.ts";
import { placeOf, unzip, zip } from "./zip.ts";

/** Most bytes of all arrays of a file, unless another number is given. */
const LIMIT_BYTES = 512 << 20;
/** What names of members end in. */
const ENDING = ".npy";

/**
 * The bytes of a file with arrays, in the order given; equal arrays give equal
 * bytes.
 *
 * @param options `compress` deflates them; absent, they are stored
 * @throws {RangeError} for an array whose elements do not fit its shape
 */
export function encodeNpz(
  arrays: Readonly<Record<string, NpyArray>>,
  options: { readonly compress?: boolean } = {},
): Uint8Array {
  const members = new Map(
    Object.entries(arrays)
      .map(([name, array]) => [`${name}${ENDING}`, encodeNpy(array)]),
  );
  return zip(members, options);
}

/**
 * Reads a file with arrays, in its order.
 *
 * @param options `where`: the file, for messages; `limitBytes`: most bytes of
 * all arrays together (512 MiB)
 * @throws {TownletError} for what is no such file, naming file and array
 */
export function decodeNpz(
  bytes: Uint8Array,
  options: { readonly where: string; readonly limitBytes?: number },
): Map<string, NpyArray> {
  const { where, limitBytes = LIMIT_BYTES } = options;
  const arrays = new Map<string, NpyArray>();
  for (const [name, member] of unzip(bytes, { where, limitBytes })) {
    const place = placeOf(where, name);
    if (!name.endsWith(ENDING)) {
      throw new TownletError("A member that is no array", {
        code: "npz.member",
        where: place,
        hint: `Names of arrays end in ${ENDING}`,
      });
    }
    arrays.set(name.slice(0, -ENDING.length), decodeNpy(member, place));
  }
  return arrays;
}
