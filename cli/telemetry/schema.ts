/** `telemetry schema`: what frames hold. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { EXIT } from "../../src/base/error.ts";
import {
  jsonSchemaOf,
  SCHEMA_NAMES,
  type SchemaName,
} from "../../src/telemetry/schema/catalogue.ts";
import { eventRows, rowsBelow } from "../../src/telemetry/schema/reference.ts";
import { commonFlags, oneOf, says } from "../flags.ts";
import { print, showsColours, terminalWidth } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";

/** Flags of the command. */
export const schemaFlags = object({
  part: constant("schema"),
  channel: optional(option(
    "--channel",
    oneOf(SCHEMA_NAMES, "NAME"),
    says("A channel, or frame, hello, gap, bye; all unless given"),
  )),
  jsonSchema: option("--json-schema", says("Print JSON Schema (2020-12)")),
  ...commonFlags,
});

/** What the flags say. */
export interface SchemaFlags {
  /** What to print, or undefined for all. */
  readonly channel: SchemaName | undefined;
  /** Whether to print JSON Schema. */
  readonly jsonSchema: boolean;
}

/** Runs the command. */
export function runSchema({ channel, jsonSchema }: SchemaFlags): number {
  const names = channel === undefined ? SCHEMA_NAMES : [channel];
  const paint = openPaint(showsColours("stdout"));
  if (!jsonSchema) {
    const lines = names.flatMap((name) => schemaLines(name, paint));
    print(lines.map((line) => `${line}\n`).join(""));
  } else {
    const schemas = names.map(jsonSchemaOf);
    print(JSON.stringify(channel ? schemas[0] : schemas, null, 2) + "\n");
  }
  return EXIT.done;
}

/** The lines that tell what a channel holds. */
export function schemaLines(
  name: SchemaName,
  paint: Paint,
  width: number | undefined = terminalWidth(),
): string[] {
  const schema = jsonSchemaOf(name);
  const { items } = schema;
  const rows = name === "events" || name === "trace"
    ? eventRows().filter(([event]) =>
      event.startsWith("`action.") === (name === "trace")
    )
    : rowsBelow("", typeof items === "object" ? items : schema);
  return [
    `${paint.bold(name)} ${paint.dim(String(schema.$id))}`,
    ...table(
      [{ heading: "member" }, { heading: "value" }, {
        heading: "meaning",
        spare: 1,
      }],
      rows.map((row) => row.map((cell) => cell.replaceAll("`", ""))),
      paint,
      width,
    ).map((line) => `  ${line}`),
    "",
  ];
}
