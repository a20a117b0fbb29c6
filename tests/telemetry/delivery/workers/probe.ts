/** Tries everything that a worker may not do, and tells what it could. @module */

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Probe>) => void;
  postMessage(could: readonly string[]): void;
};

/** What is tried. */
interface Probe {
  /** Files to read. */
  readonly reads: readonly string[];
  /** Files to write. */
  readonly writes: readonly string[];
  /** Ports of 127.0.0.1 to connect to. */
  readonly ports: readonly number[];
}

scope.onmessage = async ({ data }) => {
  const could: string[] = [];
  const attempt = async (name: string, act: () => unknown) => {
    try {
      await act();
      could.push(name);
    } catch (error) {
      // Whatever else goes wrong, it was allowed to try.
      if (!(error instanceof Deno.errors.NotCapable)) could.push(name);
    }
  };
  for (const path of data.reads) {
    await attempt(`read ${path}`, () => Deno.readTextFile(path));
  }
  for (const path of data.writes) {
    await attempt(`write ${path}`, () => Deno.writeTextFile(path, ""));
  }
  for (const port of data.ports) {
    await attempt(`net ${port}`, async () => {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    });
  }
  await attempt("listen", () => Deno.listen({ port: 0 }).close());
  await attempt("env", () => Deno.env.get("HOME"));
  await attempt("sys", () => Deno.hostname());
  await attempt("run", () => new Deno.Command("deno").spawn());
  await attempt("ffi", () => Deno.dlopen("none.so", {}));
  const { state } = await Deno.permissions.query({ name: "import" });
  if (state === "granted") could.push("import");
  await attempt("worker", () => {
    new Worker("data:text/javascript,", {
      type: "module",
      deno: { permissions: { read: true } },
    });
  });
  scope.postMessage(could);
};
