import { assert, assertEquals } from "@std/assert";
import { certificates } from "../helpers/certificates.ts";
import { inScratch } from "../helpers/scratch.ts";
import { readArrived } from "../telemetry/delivery/bodies.ts";
import { open, until } from "../telemetry/delivery/open.ts";
import { checkArrived, MadeUpTown } from "../telemetry/delivery/town.ts";

/** What a server made by openssl received, and how a town fared with it. */
async function sendToOpenssl(
  name: "server" | "wrongName",
): Promise<{
  readonly town: MadeUpTown;
  readonly text: string;
  readonly lastError: string | undefined;
}> {
  const all = await certificates();
  let result: Awaited<ReturnType<typeof sendToOpenssl>> | undefined;
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, all.ca.cert);
    await Deno.writeTextFile(`${folder}/cert.pem`, all[name].cert);
    await Deno.writeTextFile(`${folder}/key.pem`, all[name].key);
    const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = free.addr as Deno.NetAddr;
    free.close();
    await using server = new Deno.Command("openssl", {
      args: [
        ..."s_server -quiet -accept".split(" "),
        `127.0.0.1:${port}`,
        "-cert",
        `${folder}/cert.pem`,
        "-key",
        `${folder}/key.pem`,
      ],
      // It ends its sessions when its input ends.
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let text = "";
    const reading = server.stdout.pipeThrough(new TextDecoderStream())
      .pipeTo(new WritableStream({ write: (part) => void (text += part) }));
    const { delivery } = await open({
      transport: {
        type: "tcp",
        endpoint: `127.0.0.1:${port}`,
        tls: { ca_file: "ca.pem" },
      },
      retry: { base_ms: 10, max_ms: 100 },
    }, { file: `${folder}/town.yaml` });
    const town = new MadeUpTown();
    for (let i = 0; i < 200; i++) town.step(delivery);
    await until(() => {
      const { frames_total, last_error } = delivery.health(200);
      return frames_total > 0 || last_error?.startsWith("name: ") === true;
    });
    await delivery.close("complete");
    const { last_error } = delivery.health(200);
    if (name === "server") await until(() => text.includes('"k":"bye"'));
    server.kill();
    await server.stdin.close();
    await reading;
    result = { town, text, lastError: last_error };
  });
  assert(result !== undefined);
  return result;
}

Deno.test("a server of openssl gets all of it, one with a wrong name not a byte (rule N2)", async () => {
  const good = await sendToOpenssl("server");
  checkArrived(good.town, readArrived(good.text));
  const bad = await sendToOpenssl("wrongName");
  assertEquals(bad.text, "");
  assertEquals(bad.lastError?.split(":")[0], "name");
});

Deno.test("who reads standard output may go: the run ends, and nothing is said", async () => {
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "--no-prompt",
      "--cached-only",
      "--no-check",
      "--allow-read=.",
      "tests/helpers/send_to_stdout.ts",
      "1000000",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  let text = "";
  const decoder = new TextDecoder();
  while (text.length < 100_000) {
    text += decoder.decode((await reader.read()).value, { stream: true });
  }
  await reader.cancel();
  const errors = await new Response(child.stderr).text();
  assertEquals(errors, "");
  assertEquals((await child.status).code, 0);
  const [hello] = text.split("\n");
  assertEquals(JSON.parse(hello).k, "hello");
});

Deno.test("who reads standard output to its end gets all of it", async () => {
  const { code, stdout } = await new Deno.Command("deno", {
    args: [
      "run",
      "--no-prompt",
      "--cached-only",
      "--no-check",
      "--allow-read=.",
      "tests/helpers/send_to_stdout.ts",
      "2000",
    ],
    stdin: "null",
  }).output();
  assertEquals(code, 7);
  const frames = readArrived(new TextDecoder().decode(stdout));
  assertEquals(frames.at(-1)?.k, "bye");
  assertEquals(frames.at(-1)?.t, 2000);
});
