/** `townlet telemetry`: what to do with what a town tells. @module */
import { or } from "@optique/core/constructs";
import type { Needs } from "../../src/security/permissions.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import { PROGRAM } from "../program.ts";
import {
  checkTlsFlags,
  checkTlsNeeds,
  runCheckTls,
} from "../telemetry/check_tls.ts";
import {
  collectFlags,
  collectNeeds,
  runCollect,
} from "../telemetry/collect.ts";
import {
  convertFlags,
  convertNeeds,
  runConvert,
} from "../telemetry/convert.ts";
import {
  devCertsFlags,
  devCertsNeeds,
  runDevCerts,
} from "../telemetry/dev_certs.ts";
import { keygenFlags, keygenNeeds, runKeygen } from "../telemetry/keygen.ts";
import { materializeFlags, runMaterialize } from "../telemetry/materialize.ts";
import { replayFlags, replayNeeds, runReplay } from "../telemetry/replay.ts";
import { runSchema, schemaFlags } from "../telemetry/schema.ts";
import { sourceNeeds } from "../telemetry/source.ts";
import { runStats, statsFlags, statsNeeds } from "../telemetry/stats.ts";
import { runVerify, verifyFlags, verifyNeeds } from "../telemetry/verify.ts";
import { runWatch, watchFlags, watchNeeds } from "../telemetry/watch.ts";

/** To listen needs a permission, which a task of its own has. */
const COLLECT = PROGRAM === "townlet" ? " collect" : ":collect";

/** Watches, checks, replays, sums up and converts what towns tell. */
export const telemetry: Command = command({
  examples: [
    "telemetry watch out/town.ndjson --follow",
    "telemetry verify out/town.ndjson --verify-key k1=out/keys/town.key",
    "telemetry stats out/town.ndjson --rewards --format md",
    "telemetry replay out/town.ndjson --speed 10",
    "telemetry convert out/town.ndjson --to csv --out out/tables",
    `telemetry${COLLECT} --cert out/tls/server.pem --key out/tls/server.key --out out/recordings`,
  ],
  flags: or(
    subcommand("watch", "Show what is going on, and raise alerts", watchFlags),
    subcommand(
      "verify",
      "Check that a recording is whole, in order and signed",
      verifyFlags,
    ),
    subcommand(
      "replay",
      "Send a recording again, as it was or faster",
      replayFlags,
    ),
    subcommand(
      "materialize",
      "Print whole states, for readers that fold nothing",
      materializeFlags,
    ),
    subcommand("stats", "Sum up bytes, events, rewards, training", statsFlags),
    subcommand("convert", "Write a table for each channel", convertFlags),
    subcommand("schema", "Print what frames hold", schemaFlags),
    subcommand(
      "collect",
      "Receive what towns send, check it and keep it",
      collectFlags,
    ),
    subcommand(
      "check-tls",
      "Connect to a town's collectors, and send nothing",
      checkTlsFlags,
    ),
    subcommand("keygen", "Make a key for signatures", keygenFlags),
    subcommand(
      "dev-certs",
      "Make certificates for trying TLS out",
      devCertsFlags,
    ),
    anyOf(
      "watch",
      "verify",
      "replay",
      "materialize",
      "stats",
      "convert",
      "schema",
      "collect",
      "check-tls",
      "keygen",
      "dev-certs",
    ),
  ),
  needs(flags): Partial<Needs> | Promise<Partial<Needs>> {
    switch (flags.part) {
      case "watch":
        return watchNeeds(flags);
      case "verify":
        return verifyNeeds(flags);
      case "replay":
        return replayNeeds(flags);
      case "materialize":
        return sourceNeeds(flags);
      case "stats":
        return statsNeeds(flags);
      case "convert":
        return convertNeeds(flags);
      case "schema":
        return {};
      case "collect":
        return collectNeeds(flags);
      case "check-tls":
        return checkTlsNeeds(flags);
      case "keygen":
        return keygenNeeds(flags);
      case "dev-certs":
        return devCertsNeeds(flags);
    }
  },
  run(flags): number | Promise<number> {
    switch (flags.part) {
      case "watch":
        return runWatch(flags);
      case "verify":
        return runVerify(flags);
      case "replay":
        return runReplay(flags);
      case "materialize":
        return runMaterialize(flags);
      case "stats":
        return runStats(flags);
      case "convert":
        return runConvert(flags);
      case "schema":
        return runSchema(flags);
      case "collect":
        return runCollect(flags);
      case "check-tls":
        return runCheckTls(flags);
      case "keygen":
        return runKeygen(flags);
      case "dev-certs":
        return runDevCerts(flags);
    }
  },
});
