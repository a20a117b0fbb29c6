/** Deliveries for tests. @module */
import type { Transport } from "../../../src/config/transport.ts";
import {
  type Delivery,
  type DeliveryOptions,
  openDelivery,
} from "../../../src/telemetry/delivery/delivery.ts";
import type { Body } from "../../../src/telemetry/frame.ts";
import { settingsOf } from "../../helpers/told.ts";

/** Name of the streams of tests. */
export const SID = "00112233445566778899aabbccddeeff";

/** A delivery, and what people are told of it. */
export interface Opened {
  readonly delivery: Delivery;
  /** What people were told, its level in front. */
  readonly log: readonly string[];
}

/** Opens a delivery; `telemetry` is as in a configuration. */
export async function open(
  telemetry: Record<string, unknown>,
  options: Partial<DeliveryOptions> = {},
): Promise<Opened> {
  const settings = settingsOf({ validate: "off", ...telemetry });
  const log: string[] = [];
  const [transport]: readonly Transport[] = settings.transports;
  const delivery = await openDelivery(transport, {
    settings,
    about: {
      schema: "1.0",
      app: "0",
      deno: "0",
      config_id: "test",
      config_sha256: "",
      mode: "diff",
      channels: {},
    },
    sid: SID,
    file: "configs/town.yaml",
    startTick: 0,
    clock: () => performance.now(),
    onLog: (level, text) => log.push(`${level}: ${text}`),
    ...options,
  });
  return { delivery, log };
}

/** A transport to a collector on this machine, without TLS. */
export function plainTcp(port: number, more: object = {}): object {
  return {
    type: "tcp",
    endpoint: `127.0.0.1:${port}`,
    tls: { enabled: false },
    allow_plaintext: true,
    i_accept_plaintext_risk: true,
    ...more,
  };
}

/** Hands over the frames of a tick. */
export function tick(
  delivery: Delivery,
  at: number,
  bodies: (order: ReturnType<Delivery["begin"]>) => readonly Body[],
): void {
  for (const body of bodies(delivery.begin(at))) delivery.offer(body);
  delivery.end(at);
}

/** Waits until something is so, 10 s at most. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo(); i++) {
    if (i > 2000) throw new Error("it did not come to pass");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
