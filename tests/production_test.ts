/** The town that is shipped for servers: encrypted and signed, or not at all. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";

const FILE = "configs/production.yaml";
const TEXT = Deno.readTextFileSync(FILE);

/** The town with a piece of its text replaced, which must be there. */
async function loadWith(piece: string, by: string): Promise<Config> {
  assert(TEXT.includes(piece), piece);
  return await loadConfig(TEXT.replace(piece, by), { file: FILE });
}

Deno.test("configs/production.yaml is signed and encrypted, both ways proved", async () => {
  const { profile, telemetry } = await loadConfig(TEXT, { file: FILE });
  assertEquals(profile, "production");
  const [transport] = telemetry.transports;
  assert(transport.type === "tcp" && transport.tls.enabled);
  assert(transport.tls.ca_file !== null && transport.tls.cert_file !== null);
  assertEquals(telemetry.sign.required, true);
});

for (
  const [what, piece, by, fault, exit] of [
    [
      "in plaintext",
      "    tls:\n",
      "    allow_plaintext: true\n    i_accept_plaintext_risk: true\n    tls:\n      enabled: false\n",
      "telemetry.transport.tls.enabled: must be true in profile production (rule N6)",
      5,
    ],
    [
      "unsigned",
      "      - { id: k1, file: ../out/tls/telemetry.key, use: sign }\n",
      "      []\n",
      "telemetry.sign.keys: must have a key that signs",
      2,
    ],
    [
      "with signatures that are not required",
      "required: true",
      "required: false",
      "telemetry.sign.required: must be true in profile production",
      2,
    ],
    [
      "without a look at its own frames",
      "  sign:\n",
      "  validate: off\n  sign:\n",
      "telemetry.validate: must not be off in profile production",
      2,
    ],
  ] as const
) {
  Deno.test(`configs/production.yaml refuses to start ${what}`, async () => {
    const error = await assertRejects(() => loadWith(piece, by), TownletError);
    assert(error.message.includes(fault), error.message);
    assertEquals(error.exit, exit);
  });
}

for (
  const override of [
    "telemetry.transport.tls.enabled=false",
    "telemetry.sign.required=false",
    "telemetry.transport={type: stdout}",
    "profile=default",
  ]
) {
  Deno.test(`configs/production.yaml is not undone by --set ${override}`, async () => {
    const error = await assertRejects(
      () => loadConfig(TEXT, { file: FILE, overrides: [override] }),
      TownletError,
    );
    assert(error.message.includes("cannot be set in profile production"));
  });
}
