/** Servers made by `openssl s_server`, of certificates in a folder. @module */

/** A server of another make. */
export interface OpensslServer extends AsyncDisposable {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Everything it printed: what it received is in it. */
  printed(): string;
}

/**
 * Starts a server with a certificate and its key, `NAME.pem` and `NAME.key`,
 * with more words for openssl, on a port or any that is free.
 */
export async function opensslServer(
  folder: string,
  name: string,
  words: readonly string[] = [],
  port = 0,
): Promise<OpensslServer> {
  const child = new Deno.Command("openssl", {
    args: [
      ...["s_server", "-accept", `127.0.0.1:${port}`, "-naccept", "16"],
      ...["-cert", `${folder}/${name}.pem`, "-key", `${folder}/${name}.key`],
      ...words,
    ],
    // It ends its sessions when its input does.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const piece of stream) {
      text += decoder.decode(piece);
      // It tells the port only where it chose one.
      const said = /^ACCEPT(?: \S+:(\d+))?$/m.exec(text);
      if (said !== null) resolve(Number(said[1] ?? port));
    }
  };
  const ended = Promise.all([read(child.stdout), read(child.stderr)]);
  ended.then(() => reject(new Error(`openssl ended: ${text}`)));
  return {
    port: await promise,
    printed: () => text,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.stdin.abort().catch(() => {});
      await ended;
      await child.status;
    },
  };
}
