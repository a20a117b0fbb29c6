/** What can be wrong with a line. @module */

/** What is wrong with a line. */
export type LineFaultCode =
  /** More than 1 MiB. */
  | "too_long"
  /** No signature where one must be. */
  | "unsigned"
  /** A signature by a key that nobody named, or by another than the first line's. */
  | "unknown_key"
  /** Not what was signed, or not in its place. */
  | "bad_signature"
  /** No object of JSON, or one that reaches into the runtime. */
  | "not_json"
  /** Not what every frame has. */
  | "bad_envelope"
  /** Of a version that this reader does not know. */
  | "newer"
  /** Not the first line of a connection, and there was none. */
  | "no_hello"
  /** A connection that was received before, or one that another took over. */
  | "replay"
  /** Sent too long ago, or not yet. */
  | "clock"
  /** Not the answer to what was asked. */
  | "nonce"
  /** Of more streams than anybody keeps apart. */
  | "too_many"
  /** Not the next frame. */
  | "sequence"
  /** Not what its channel tells. */
  | "bad_payload"
  /** Behind a line that is wrong. */
  | "after_fault";

/** Thrown for a line that is not accepted. */
export class LineFault extends Error {
  /** What is wrong with it. */
  readonly fault: LineFaultCode;

  /** Says what is wrong: a code, and a sentence without subject and end. */
  constructor(fault: LineFaultCode, message: string) {
    super(message);
    this.fault = fault;
  }
}
