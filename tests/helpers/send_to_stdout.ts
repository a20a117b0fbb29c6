/** A made-up town that tells standard output of itself, until nobody reads. @module */
import { configFrom } from "../../src/config/load.ts";
import { openDelivery } from "../../src/telemetry/delivery/delivery.ts";
import { MadeUpTown } from "../telemetry/delivery/town.ts";

const { telemetry: settings } = configFrom({
  config_id: "stdout",
  features: { stages: {}, systems: {} },
  rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
  telemetry: { transport: { type: "stdout" }, validate: "off" },
});
const delivery = await openDelivery(settings.transports[0], {
  settings,
  about: {
    schema: "1.0",
    app: "0",
    deno: Deno.version.deno,
    config_id: "stdout",
    config_sha256: "",
    mode: "diff",
    channels: {},
  },
  sid: "00112233445566778899aabbccddeeff",
  file: "town.yaml",
  startTick: 0,
  clock: () => performance.now(),
  onLog(level, text) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${level}: ${text}\n`));
  },
});
const ticks = Number(Deno.args[0]);
const town = new MadeUpTown();
while (town.tick < ticks && !delivery.outputClosed) {
  town.step(delivery);
  if (town.tick % 50 === 0) await new Promise((r) => setTimeout(r, 0));
}
await delivery.close("complete");
Deno.exit(delivery.outputClosed ? 0 : 7);
