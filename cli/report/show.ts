/** A report as text for people. @module */
import { escapeText } from "../../src/base/text.ts";
import { bar } from "../print/bar.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { count, number, padEnd } from "../print/text.ts";
import { clockText } from "./clock.ts";
import { deliveryText } from "./delivery.ts";
import type { Report, ResidentReport } from "./report.ts";

/** Residents a report lists at most. */
const RESIDENTS_MAX = 24;

/** Systems a report lists at most. */
const SYSTEMS_MAX = 5;

/** Characters of a need's bar. */
const BAR = 5;

/** Below it a need is low, and at half of it very low. */
const LOW = 0.4;

/** The lines of a report; its table is as wide as `width` at most, if given. */
export function showReport(
  report: Report,
  paint: Paint,
  width?: number,
): string[] {
  return [
    ...townLines(report, paint),
    "",
    ...residentLines(report, paint, width),
    ...momentLines(report, paint),
    ...systemLines(report, paint),
    ...hookLines(report, paint),
    ...telemetryLines(report, paint),
    "",
    `${paint.dim("state")} ${report.state_hash}`,
  ];
}

function townLines(report: Report, paint: Paint): string[] {
  const { meals, showers, sleeps, shifts } = report.counts;
  const event = (name: string) => report.events[name] ?? 0;
  const clock = (tick: number) => clockText(tick, report.ticks_per_day);
  const from = report.tick - report.ticks;
  const seed = report.seed === null ? "" : `, seed ${report.seed}`;
  const speed = report.ticks > 0
    ? `, ${number(report.ticks_per_second)} ticks/s`
    : "";
  const ended = report.interrupted === null
    ? ""
    : paint.yellow(` (ended by ${report.interrupted})`);
  return [
    `${paint.bold(escapeText(report.config_id))}: ${
      count(report.agents, "resident")
    }, ${policyText(report)}${seed}`,
    `${count(report.ticks, "tick")}, ${clock(from)} to ${
      clock(report.tick)
    }${speed}${ended}`,
    `${count(meals, "meal")}, ${count(showers, "shower")}, ${
      count(sleeps, "sleep")
    }, ${count(shifts, "shift")}, ${number(report.money, 2)} in all wallets`,
    `${count(event("chat.succeeded"), "chat")}, ${
      count(event("queue.handover"), "polite handover")
    }, ${count(event("queue.conflict"), "conflict")}, ${
      count(report.deaths, "death")
    }, ${count(report.respawns, "return")}`,
  ];
}

/** Hex digits of a digest that tell policies apart. */
const HASH_DIGITS = 12;

/** Who decided, and with which weights. */
function policyText({ policy, policy_hash: hash }: Report): string {
  const name = escapeText(policy);
  return hash === null ? name : `${name} (${hash.slice(0, HASH_DIGITS)})`;
}

function residentLines(
  report: Report,
  paint: Paint,
  width: number | undefined,
): string[] {
  const all = Object.entries(report.residents);
  const rows = all.slice(0, RESIDENTS_MAX).map(([id, resident]) =>
    residentRow(id, resident, paint)
  );
  const lines = table(
    [
      { heading: "resident" },
      { heading: "hunger" },
      { heading: "hygiene" },
      { heading: "energy" },
      { heading: "wallet", right: true, spare: 2 },
      { heading: "job", spare: 1 },
      { heading: "friend", spare: 4 },
      { heading: "rival", spare: 3 },
    ],
    rows,
    paint,
    width,
  );
  const more = all.length - RESIDENTS_MAX;
  return more > 0
    ? [...lines, paint.dim(`and ${number(more)} more (--json has all)`)]
    : lines;
}

function residentRow(
  id: string,
  resident: ResidentReport,
  paint: Paint,
): string[] {
  const { needs, wallet, job, best_friend, worst_rival } = resident;
  return [
    escapeText(id),
    ...["hunger", "hygiene", "energy"].map((need) =>
      needCell(needs[need], paint)
    ),
    number(wallet, 2),
    escapeText(job ?? "–"),
    escapeText(best_friend ?? "–"),
    escapeText(worst_rival ?? "–"),
  ];
}

function needCell(value: number, paint: Paint): string {
  const colour = value >= LOW
    ? paint.green
    : value >= LOW / 2
    ? paint.yellow
    : paint.red;
  const percent = String(Math.floor(value * 100)).padStart(4);
  return colour(bar(value, BAR)) + percent;
}

function momentLines(report: Report, paint: Paint): string[] {
  if (report.moments.length === 0) return [];
  return [
    "",
    paint.dim("notable"),
    ...report.moments.map(({ tick, text }) =>
      `${clockText(tick, report.ticks_per_day)}  ${escapeText(text)}`
    ),
  ];
}

/** A line for each hook that is a file, and one when the run stands alone. */
function telemetryLines({ telemetry }: Report, paint: Paint): string[] {
  if (telemetry === null) return [];
  const { transports } = telemetry.health;
  return [
    "",
    ...Object.values(transports).map((one) => {
      const text = deliveryText(one);
      const isFine = telemetry.undelivered === 0 && one.state !== "failed";
      return `${paint.dim("telemetry")} ${one.type}: ${
        isFine ? text : paint.yellow(text)
      }`;
    }),
  ];
}

function hookLines(report: Report, paint: Paint): string[] {
  const lines = report.hooks.filter(({ sha256 }) => sha256 !== null).map(
    ({ specifier, state, calls, mean_us }) => {
      const each = mean_us === null ? "" : `, ${number(mean_us)} µs each`;
      const left = state === "disabled"
        ? paint.yellow(", left out since it failed")
        : "";
      return `${escapeText(specifier)}  ${
        count(calls ?? 0, "call")
      }${each}${left}`;
    },
  );
  if (lines.length === 0) return [];
  const alone = report.reproducible
    ? []
    : [paint.yellow("a hook was left out: this run cannot be repeated")];
  return ["", paint.dim("hooks"), ...lines, ...alone];
}

function systemLines(report: Report, paint: Paint): string[] {
  const all = Object.entries(report.systems).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return [];
  const rest = all.slice(SYSTEMS_MAX).reduce(
    (sum, [, share]) => sum + share,
    0,
  );
  const shares = [...all.slice(0, SYSTEMS_MAX), ["the others", rest] as const];
  const width = Math.max(...shares.map(([name]) => name.length));
  return [
    "",
    paint.dim("time by system, from samples"),
    ...shares.map(([name, share]) =>
      `${padEnd(name, width)}  ${bar(share, 20)} ${
        number(share * 100, 1).padStart(5)
      } %`
    ),
  ];
}
