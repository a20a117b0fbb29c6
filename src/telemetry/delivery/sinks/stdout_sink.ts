/** Standard output, as long as somebody reads it. @module */
import { type Sink, SinkFault } from "../sink.ts";

/** A sink that writes to standard output. */
export const stdoutSink: Sink = {
  open: () =>
    Promise.resolve({
      acks: false,
      ended: new Promise(() => {}),
      async write(lines) {
        try {
          for (let done = 0; done < lines.length;) {
            done += await Deno.stdout.write(lines.subarray(done));
          }
        } catch (cause) {
          if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
          throw new SinkFault("nobody reads standard output any more", {
            unread: true,
            cause,
          });
        }
      },
      close: () => Promise.resolve(),
    }),
};
