/** The one error type meant for people. @module */

/** Exit code of the command line; operators rely on these numbers. */
export const EXIT = {
  /** Everything asked for was done. */
  done: 0,
  /** The run failed, or the answer to the question asked is no. */
  failed: 1,
  /** Usage, configuration, or input that cannot be read or makes no sense. */
  usage: 2,
  /** Something was not delivered and delivery was required. */
  undelivered: 3,
  /** An alert or threshold the user asked about was reached. */
  alert: 4,
  /** Refused for security: hook, signature, digest, permission, unsafe path. */
  refused: 5,
  /** Ended by SIGINT. */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

/** What a {@link TownletError} carries beside its message. */
export interface TownletErrorOptions {
  /** Dotted name of the fault for programs, such as `snapshot.capacity`. */
  readonly code: string;
  /** Where it happened: a file, `file:line:column`, a flag. */
  readonly where?: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Exit code of a command that ends with it (2 unless given). */
  readonly exit?: number;
  /** The error behind it. */
  readonly cause?: unknown;
}

/**
 * An error for people: what happened, where, and what to do.
 *
 * The command line prints it as one line with the hint under it.
 */
export class TownletError extends Error {
  /** Always `TownletError`. */
  override readonly name = "TownletError";
  /** Dotted name of the fault for programs. */
  readonly code: string;
  /** Where it happened, or undefined. */
  readonly where: string | undefined;
  /** What to do about it, or undefined. */
  readonly hint: string | undefined;
  /** Exit code of a command that ends with it. */
  readonly exit: number;

  /** Makes an error that says what happened (`message`), where and what to do. */
  constructor(message: string, options: TownletErrorOptions) {
    super(
      message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = options.code;
    this.where = options.where;
    this.hint = options.hint;
    this.exit = options.exit ?? EXIT.usage;
  }
}
