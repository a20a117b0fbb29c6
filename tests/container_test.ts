/** The image file keeps to the rules of docs/container.md. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";

const PATH = "docs/container/Containerfile";

/** Its instructions, lines joined: what to do, and the words for it. */
const steps = Deno.readTextFileSync(PATH)
  .replace(/^#.*\n/gm, "").replaceAll("\\\n", "").trim().split("\n")
  .map((line) => {
    const [, verb, rest] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    return { verb, rest };
  });

const page = Deno.readTextFileSync("docs/container.md");

Deno.test("P10: the image has the steps that its page tells, in that order", () => {
  assertEquals(steps.map(({ verb }) => verb), [
    "FROM",
    "ARG",
    "RUN",
    "COPY",
    "WORKDIR",
    "USER",
    "ENTRYPOINT",
    "CMD",
  ]);
  const told = [...page.matchAll(/^\| `([A-Z]{3,})/gm)].map(([, verb]) => verb);
  assertEquals(told, steps.map(({ verb }) => verb));
});

Deno.test("P10: the base has a version, and one file is added, from the build's folder", () => {
  assertMatch(of("FROM"), /^docker\.io\/library\/debian:\d+\.\d+-slim$/);
  assert(page.includes(of("FROM").replace("docker.io/library/", "")));
  assertEquals(
    of("COPY"),
    "--chmod=0755 ${BINARY} /usr/local/bin/townlet",
  );
  assertEquals(of("ARG"), "BINARY=townlet");
});

Deno.test("P10: the user is a number and not root, and owns nothing but out", () => {
  const [, user, group] = /^(\d+):(\d+)$/.exec(of("USER")) ?? [];
  assert(Number(user) > 999 && Number(group) > 999);
  assertEquals(
    of("RUN"),
    `install --directory --owner=${user} --group=${group} --mode=0700 ` +
      `${of("WORKDIR")}/out`,
  );
});

Deno.test("P10: the entry point is no shell, and drops every variable of docs/security.md", () => {
  const [env, ...words]: string[] = JSON.parse(of("ENTRYPOINT"));
  assertEquals(env, "/usr/bin/env");
  assertEquals(words.splice(-2), ["OTEL_DENO=false", "/usr/local/bin/townlet"]);
  const security = Deno.readTextFileSync("docs/security.md");
  const names = security.slice(security.indexOf("## The environment"))
    .split("\n").filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split("|")[1].matchAll(/`(\w+)`/g)])
    .map(([, name]) => name).filter((name) => name !== "OTEL_DENO");
  const lower = names.filter((name) => /^[A-Z]+_PROXY$/.test(name))
    .map((name) => name.toLowerCase());
  assert(lower.length === 4);
  assertEquals(
    words.toSorted(),
    [...names, ...lower].map((name) => `--unset=${name}`).sort(),
  );
  assert(Array.isArray(JSON.parse(of("CMD"))));
});

Deno.test("P10: the run that the page shows has every guard", () => {
  const run = /podman run --rm[\s\S]*?```/.exec(page)?.[0] ?? "";
  for (
    const guard of [
      "--read-only ",
      "--cap-drop=ALL",
      "--security-opt=no-new-privileges",
      "--memory=",
      "--pids-limit=",
      `:${of("WORKDIR")}/out `,
    ]
  ) assert(run.includes(guard), guard);
  assert(!/--privileged|--cap-add|unconfined|--user[= ](?:0|root)/.test(run));
});

/** The words of an instruction that is there once. */
function of(verb: string): string {
  const [step, ...others] = steps.filter((step) => step.verb === verb);
  assertEquals(others, []);
  return step.rest;
}
