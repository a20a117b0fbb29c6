/** Where lines are written: a file, a connection, standard output. @module */

/** Opens links, one after the other. */
export interface Sink {
  /**
   * Opens a link, within its deadline.
   *
   * @throws when it cannot be opened now; {@link SinkFault} says more
   */
  open(): Promise<Link>;
}

/** One connection or file. */
export interface Link {
  /** What the receiver wants repeated in the first line. */
  readonly nonce?: string;
  /** When the receiver's certificate expires, Unix time in milliseconds. */
  readonly certExpiresMs?: number;
  /** Whether the receiver says what it got: until then nothing is settled. */
  readonly acks: boolean;
  /** Resolves with the reason when the link ends by itself. */
  readonly ended: Promise<Error>;
  /** Has itself told of the number of a frame that arrived, with all before. */
  onAck?: (seq: number) => void;
  /** Writes whole lines, within their deadline. */
  write(lines: Uint8Array): Promise<void>;
  /** Begins the next file. */
  rotate?(): Promise<void>;
  /** Ends it. */
  close(): Promise<void>;
}

/** Why a link could not be opened, or ended. */
export class SinkFault extends Error {
  /** Always `SinkFault`. */
  override readonly name = "SinkFault";
  /** Whether nobody reads any more, and nobody will. */
  readonly unread: boolean;
  /** Milliseconds that the receiver wants to be left alone. */
  readonly retryAfterMs: number;

  /** Says what happened. */
  constructor(
    message: string,
    options: {
      readonly unread?: boolean;
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.unread = options.unread ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}
