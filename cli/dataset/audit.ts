/** `dataset audit`: everything that is wrong with datasets. @module */
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { constant } from "@optique/core/primitives";
import { EXIT } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import {
  auditDataset,
  type DatasetAudit,
} from "../../src/runs/dataset_audit.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { commonFlags, jsonFlag } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { count } from "../print/text.ts";
import { folderArgument } from "./flags.ts";

/** Flags of the command. */
export const auditFlags = object({
  part: constant("audit"),
  folders: multiple(folderArgument, { min: 1 }),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
interface AuditFlags {
  readonly folders: readonly string[];
  readonly json: boolean;
}

/** What the command needs. */
export function auditNeeds(
  { folders }: Pick<AuditFlags, "folders">,
): Partial<Needs> {
  return { reads: folders };
}

/** Runs the command: exit code 1 when it finds something. */
export async function runAudit({ folders, json }: AuditFlags): Promise<number> {
  const audits: DatasetAudit[] = [];
  for (const folder of folders) audits.push(await auditDataset(folder));
  const found = audits.reduce((sum, { findings }) => sum + findings.length, 0);
  if (json) {
    print(
      jsonLine({
        format: "townlet.dataset_audit",
        version: 1,
        ok: found === 0,
        datasets: audits.map(({ dataset, manifest, findings }) => ({
          folder: dataset,
          steps: manifest?.totals.steps ?? null,
          episodes: manifest?.totals.episodes ?? null,
          findings,
        })),
      }) + "\n",
    );
  } else {
    const paint = openPaint(showsColours("stdout"));
    print(
      audits.flatMap((audit) => auditText(audit, paint))
        .map((line) => `${line}\n`).join(""),
    );
  }
  return found === 0 ? EXIT.done : EXIT.failed;
}

function auditText(
  { dataset, manifest, findings }: DatasetAudit,
  paint: Paint,
): string[] {
  const where = paint.bold(recordText(dataset));
  if (findings.length === 0 && manifest !== null) {
    const { steps, episodes, shards } = manifest.totals;
    return [
      `${where}: ${count(shards, "shard")}, ${count(episodes, "episode")}, ` +
      `${count(steps, "step")}: nothing is wrong`,
    ];
  }
  return [
    `${where}: ${count(findings.length, "finding")}`,
    ...findings.map(({ file, fault }) =>
      `  ${recordText(file)}: ${recordText(fault)}`
    ),
  ];
}
