/** Whatever is in a file, the answer is a value or a refusal. @module */
import { RECORD_BYTES_MAX } from "../../src/base/text.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";

/** Control characters and marks that no line may show. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/**
 * Does something with a text from outside and gives its refusal, or null.
 *
 * Throws what is no refusal: anything but a TownletError with a code, an exit
 * code for bad input, and lines that are safe to show and not too long.
 */
export async function refusalOf(
  act: () => unknown,
): Promise<TownletError | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof TownletError)) throw error;
    checkRefusal(error);
    return error;
  }
}

function checkRefusal(error: TownletError): void {
  const { code, exit, message } = error;
  if (!/^[a-z_]+\.[a-z_]+$/.test(code)) throw broken("has no code", error);
  if (exit !== EXIT.usage && exit !== EXIT.refused) {
    throw broken(`ends with ${exit}`, error);
  }
  for (const line of message.split("\n")) {
    if (line === "") throw broken("has an empty line", error);
    if (UNSAFE.test(line)) throw broken("is not safe to show", error);
    const bytes = new TextEncoder().encode(line).length;
    if (bytes > RECORD_BYTES_MAX) throw broken("is too long", error);
    if (/\[object/.test(line)) throw broken("says nothing", error);
  }
}

function broken(what: string, cause: TownletError): Error {
  return new Error(`the refusal ${what}: ${cause.message.slice(0, 300)}`, {
    cause,
  });
}
