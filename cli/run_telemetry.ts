/** Telemetry of a run: where it goes, and what people are told of it. @module */
import { TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";
import type { Transport } from "../src/config/transport.ts";
import type { Health } from "../src/telemetry/health.ts";
import type { Paint } from "./print/paint.ts";
import { number } from "./print/text.ts";
import { deliveryText } from "./report/delivery.ts";

/** The flags that say what the standard output is for. */
export interface OutputFlags {
  /** Whether it gets the report as JSON. */
  readonly json: boolean;
  /** File for events, or `-` for the standard output. */
  readonly events: string | undefined;
  /** File for telemetry, `stdout` or `none`; undefined: as configured. */
  readonly telemetry: string | undefined;
}

/** Where `--telemetry` sends telemetry, or null: where the town file says. */
export function transportsOf(
  { telemetry }: Pick<OutputFlags, "telemetry">,
): readonly Transport[] | null {
  switch (telemetry) {
    case undefined:
      return null;
    case "none":
      return [];
    case "stdout":
      return [{ type: "stdout" }];
    default:
      return [{
        type: "file",
        file_path: telemetry,
        file: { max_bytes: 0, keep: 10, gzip: false },
      }];
  }
}

/** Refuses two that want the standard output, with a TownletError. */
export function checkStandardOutput(
  { json, events, telemetry }: OutputFlags,
  config: Config,
): void {
  const isTold = toStandardOutput(config);
  const wants = [
    ...json ? ["--json"] : [],
    ...events === "-" ? ["--events -"] : [],
    ...isTold
      ? [telemetry === undefined ? "telemetry.transport" : "--telemetry stdout"]
      : [],
  ];
  if (wants.length < 2) return;
  throw new TownletError(
    `${wants.slice(0, 2).join(" and ")} both want the standard output`,
    {
      code: "usage",
      hint: wants.includes("--events -")
        ? "Give --events a file, or take --report FILE instead of --json"
        : "Take --report FILE instead of --json, or send telemetry to a file",
    },
  );
}

/** Whether telemetry goes to the standard output. */
export function toStandardOutput({ telemetry }: Config): boolean {
  return telemetry.transports.some(({ type }) => type === "stdout");
}

/** Health in one line, for the log. */
export function healthLine({ loop, transports }: Health): string {
  const { tick, ticks_per_s, tick_ms } = loop;
  return [
    `health: tick ${number(tick)}, ${number(Math.round(ticks_per_s))} ticks/s`,
    `${tick_ms.p95.toFixed(2)} ms in 19 of 20 ticks`,
    ...Object.entries(transports).map(([i, one]) =>
      `transport ${i} (${one.type}) ${one.state}, ${deliveryText(one)}`
    ),
  ].join("; ");
}

/**
 * What is told, whatever else is not, of connections that anybody on their way
 * can read; nothing where there is none.
 */
export function plaintextBanner({ telemetry }: Config, paint: Paint): string {
  const open = telemetry.transports.flatMap((one) =>
    one.type === "tcp" && !one.tls.enabled ? [one.endpoint] : []
  );
  if (open.length === 0) return "";
  const text = `TELEMETRY IS NOT ENCRYPTED: ${open.join(", ")}`;
  const rule = "=".repeat(text.length);
  return `${paint.red(rule)}\n${paint.red(text)}\n${paint.red(rule)}\n`;
}
