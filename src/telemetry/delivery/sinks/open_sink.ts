/** From a transport to its sink. @module */
import type { Transport } from "../../../config/transport.ts";
import type { Sink } from "../sink.ts";
import { connector } from "./connect.ts";
import { openFileSink } from "./file_sink.ts";
import { httpSink } from "./http_sink.ts";
import { stdoutSink } from "./stdout_sink.ts";
import { tcpSink } from "./tcp_sink.ts";

/** How a sink is opened. */
export interface SinkOptions {
  /** Path of the town file: certificates are relative to it. */
  readonly file: string;
  /** Whether a file is begun anew. */
  readonly anew: boolean;
  /** Whether nobody else may be writing to a file. */
  readonly alone: boolean;
  /** Whether keys that others may read are accepted. */
  readonly allowLoose: boolean;
  /** Told what people should know. */
  readonly onNote: (text: string) => void;
}

/** A sink, and bytes that were there before. */
export interface OpenedSink {
  /** The sink. */
  readonly sink: Sink;
  /** Bytes of the file that it adds to. */
  readonly bytes: number;
}

/**
 * Opens the sink of a transport of frames; no connection is made yet.
 *
 * Throws a {@link TownletError} for files that are of no use.
 */
export async function openSink(
  transport: Exclude<Transport, { readonly type: "prometheus" }>,
  options: SinkOptions,
): Promise<OpenedSink> {
  switch (transport.type) {
    case "stdout":
      return { sink: stdoutSink, bytes: 0 };
    case "file": {
      const { anew, alone } = options;
      const sink = await openFileSink({ ...transport, anew, alone });
      return { sink, bytes: sink.bytes };
    }
    case "tcp": {
      const connect = await connector(transport, options);
      return { sink: tcpSink(transport, connect), bytes: 0 };
    }
    case "http": {
      const connect = await connector(transport, options);
      return { sink: httpSink(transport, connect), bytes: 0 };
    }
  }
}
