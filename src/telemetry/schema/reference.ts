/** The reference page of telemetry, written from its schemas. @module */
import { CHANNEL_NAMES } from "../../config/telemetry_settings.ts";
import { SCHEMA_VERSION } from "../channels.ts";
import { jsonSchemaOf, type SchemaName } from "./catalogue.ts";
import { EVENTS } from "./events.ts";
import type { Shape } from "./shape.ts";

/** Markdown of the whole page. */
export function schemaReference(): string {
  const about = ["frame", "hello", "gap", "bye"] as const;
  const channels = CHANNEL_NAMES.filter((name) =>
    name !== "events" && name !== "trace"
  );
  return [
    HEADER,
    ...[...about, ...channels].map(sectionOf),
    eventsSection(),
  ].join("\n");
}

const HEADER = `# Telemetry schemas

<!-- Written by \`deno task golden\`; change the shapes in src/telemetry/schema/. -->

What the frames of [telemetry](telemetry.md) hold, in version ${SCHEMA_VERSION} of the format.
The same as JSON Schema is in \`docs/telemetry/schemas/${SCHEMA_VERSION}/\`, and
\`deno task telemetry schema --json-schema\` prints it.

- A member that ends with \`?\` may be missing: there is none, or it is 0. What a
  configuration redacts may be missing anywhere.
- \`<id>\` stands for an id: the object has a member for each.
- A \`patch\` has those members that have changed, and null for those that are
  gone; objects inside it as well. Lists come whole.
- Later minor versions may have members, events and channels that are not here.
  Readers pass over them.
`;

const TITLES: Readonly<Record<SchemaName, string>> = {
  frame: "Frames",
  hello: "`hello`",
  gap: "`gap`",
  bye: "`bye`",
  agents: "`agents`",
  rewards: "`rewards`",
  town: "`town`",
  social: "`social`",
  ops: "`ops`",
  policy: "`policy`",
  health: "`health`",
  events: "`events`",
  narration: "`narration`",
  console: "`console`",
  training: "`training`",
  trace: "`trace`",
};

function sectionOf(name: SchemaName): string {
  const schema = jsonSchemaOf(name);
  const { items } = schema;
  const isList = typeof items === "object";
  const shape = isList ? items : schema;
  const lead = isList
    ? `${schema.description}. Elements: ${lower(shape.description)}.`
    : `${schema.description}.`;
  return `## ${TITLES[name]}\n\n${lead}\n\n${
    tableText(
      ["Member", "Value", "Meaning"],
      rowsBelow("", shape),
    )
  }`;
}

/** A row for each event: its name, its members, what it means. */
export function eventRows(): readonly string[][] {
  return Object.entries(EVENTS).map(([name, shape]) => [
    `\`${name}\``,
    Object.keys(shape.properties ?? {})
      .map((member) => `\`${member}${mark(shape, member)}\``).join(", "),
    shape.description ?? "",
  ]);
}

/** A table of events. */
function eventsSection(): string {
  return `## \`events\` and \`trace\`

What happened in a tick, in order: \`trace\` has the events that begin with
\`action.\`, \`events\` all others. Each has its name as \`e\`, and the members below.
Hooks bring up events of their own, \`hook.<file>.<event>\`.

${tableText(["Event", "Members", "Meaning"], eventRows())}`;
}

/** A row for each member below an object: its path, its value, what it means. */
export function rowsBelow(path: string, shape: Shape): readonly string[][] {
  const rows: string[][] = [];
  const { properties, additionalProperties } = shape;
  for (const [name, inner] of Object.entries(properties ?? {})) {
    rows.push(...rowsOf(path + name, mark(shape, name), inner));
  }
  if (typeof additionalProperties === "object") {
    rows.push(...rowsOf(`${path}<id>`, "", additionalProperties));
  }
  return rows;
}

/** The row of a member and those below it. */
function rowsOf(path: string, mark: string, shape: Shape): string[][] {
  const { items } = shape;
  const below = typeof items === "object" && items.properties !== undefined
    ? rowsBelow(`${path}[].`, items)
    : rowsBelow(`${path}.`, shape);
  return [
    [`\`${path}${mark}\``, kindText(shape), shape.description ?? ""],
    ...below,
  ];
}

/** `?` for a member that may be missing. */
function mark({ required, additionalProperties }: Shape, name: string): string {
  return required?.includes(name) || additionalProperties !== undefined
    ? ""
    : "?";
}

/** What a value may be, in words. */
function kindText(shape: Shape): string {
  const { type, minimum, maximum, items } = shape;
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.enum !== undefined) {
    return shape.enum.map((one) => `\`${one}\``).join(", ");
  }
  const range = minimum === undefined
    ? maximum === undefined ? "" : `, at most ${maximum}`
    : maximum === undefined
    ? `, at least ${minimum}`
    : minimum === maximum
    ? `: ${minimum}`
    : `, ${minimum} to ${maximum}`;
  switch (type) {
    case "integer":
      return `whole number${range}`;
    case "number":
      return `number${range}`;
    case "string":
      return "text";
    case "boolean":
      return "`true`, `false`";
    case "object":
      return "object";
    case "array":
      return shape.minItems === 2
        ? "tile"
        : typeof items === "object" && items.type === "string"
        ? "list of texts"
        : "list";
    default:
      return "anything";
  }
}

function lower(text = ""): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A table with columns padded to the same width. */
function tableText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [heads, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|"))
  );
  const widths = heads.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column].length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, rule, ...body].join("\n") + "\n";
}
