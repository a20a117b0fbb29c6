/** The reference page of the configuration, written from its schemas. @module */
import { type JsonSchema, jsonSchema } from "./json_schema.ts";

/** Markdown of the whole page. */
export function configReference(): string {
  const { properties = {}, required = [] } = jsonSchema();
  const sections = Object.entries(properties)
    .filter(([key]) => key !== "meta" && key !== "docs")
    .map(([key, schema]) => sectionOf(key, schema, required.includes(key)));
  return `${HEADER}\n${sections.join("\n")}`;
}

const HEADER = `# Configuration

<!-- Written by \`deno task config docs\`; change the schemas in src/config/. -->

A town is one YAML file. \`deno task config check FILE\` says everything that is
wrong with it, and \`deno task config show --config FILE\` prints it with all
defaults. Editors with a YAML language server complete and check keys while you
type once the first line names the schema:

\`\`\`yaml
# yaml-language-server: $schema=townlet.schema.json
\`\`\`

That file is in \`configs/\`; \`deno task config schema\` prints it.

- The file is read as YAML's core schema: \`yes\` and dates are text, keys may not
  repeat, there are no custom tags. It may have 1 MiB, 100,000 values, 32 levels
  and 64 uses of aliases.
- Unknown keys are errors. \`meta\`, \`docs\` and top-level keys that begin with
  \`x-\` may hold anything and are not read.
- Nothing is converted: \`"5"\` is no number and \`1\` is not \`true\`.
- Names (of residents, objects, types, affordances, jobs, perturbations) have 1
  to 64 letters, digits and \`_ . # -\`, and begin with a letter, a digit or an
  underscore. Names of digits only cannot be keys, since the order of keys
  counts.
- Input paths (manifests, certificates, datasets) start at the folder of the
  file, output folders at the working directory.
- Secrets never stand in the file: \`env\` or \`file\` say where they are.
- \`--set path=value\` sets one key for a run; the value is YAML, list items are
  written \`[0]\`, and keys with dots \`["a.b"]\`. In profile \`production\` the keys
  \`profile\`, \`console.auth\`, \`telemetry.sign\`, \`telemetry.transport\`,
  \`telemetry.transports\` and \`affordances.hooks\` cannot be set this way.
- Lines and columns of faults need no permission with
  \`--ignore-env=LOG_TOKENS,LOG_STREAM\`, which the tasks have; a program without
  it gets the faults without places.
`;

/** A row of a table. */
interface Row {
  readonly key: string;
  readonly type: string;
  readonly otherwise: string;
  readonly meaning: string;
}

/** A table with the heading above it. */
interface Table {
  readonly heading: string;
  readonly meaning: string;
  readonly kind: JsonSchema;
  readonly rows: readonly Row[];
}

function sectionOf(key: string, schema: JsonSchema, required: boolean): string {
  const lead = `## \`${key}\`\n\n`;
  const meaning = schema.description ?? "";
  const node = withoutNull(schema);
  if (
    node.properties === undefined && node.additionalProperties === undefined
  ) {
    const row = rowOf(key, schema, required);
    return `${lead}${sentence(meaning)}\n\n${tableText([row])}`;
  }
  const tables = tablesOf(key, node);
  const need = required ? " Required." : "";
  return lead + `${sentence(meaning)}${need}\n\n` +
    tables.map(({ heading, meaning, rows }, i) =>
      (i === 0 ? "" : `### ${heading}\n\n${sentence(meaning)}\n\n`) +
      tableText(rows)
    ).join("\n");
}

/** The section's own table, then one for each kind of its mappings. */
function tablesOf(path: string, node: JsonSchema): readonly Table[] {
  const later: Table[] = [];
  const rows = rowsBelow(path, node, later);
  return [{ heading: path, meaning: "", kind: node, rows }, ...later];
}

/** Rows of all keys below a mapping or list; kinds go to tables of their own. */
function rowsBelow(
  path: string,
  node: JsonSchema,
  later: Table[],
): readonly Row[] {
  const { properties, additionalProperties, items, oneOf } = node;
  if (oneOf !== undefined) {
    for (const kind of oneOf) {
      const [key, word] = Object.entries(kind.properties ?? {}).find(([key]) =>
        KIND_KEYS.includes(key)
      ) ?? ["", {}];
      const inner: Table[] = [];
      const rows = rowsBelow(path, kind, inner).filter((row) =>
        row.key !== `${path}.${key}`
      );
      const words = (word.enum ?? [word.const]).join(" or ");
      // Two keys with the same kinds need them once.
      const isTold = later.some(({ kind: told }) =>
        JSON.stringify(told) === JSON.stringify(kind)
      );
      if (isTold) {
        continue;
      }
      later.push({
        heading: `\`${path}\` with ${key} ${words}`,
        meaning: kind.description ?? word.description ?? "",
        kind,
        rows,
      });
      later.push(...inner);
    }
    return [];
  }
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([key, child]) =>
      rowsOf(
        path === "" ? key : `${path}.${key}`,
        child,
        (node.required ?? []).includes(key),
        later,
      )
    );
  }
  const inner = typeof items === "object"
    ? { path: `${path}[]`, node: items }
    : typeof additionalProperties === "object"
    ? { path: `${path}.<name>`, node: additionalProperties }
    : null;
  return inner === null
    ? []
    : rowsBelow(inner.path, withoutNull(inner.node), later);
}

/** The row of a key and those below it. */
function rowsOf(
  path: string,
  schema: JsonSchema,
  required: boolean,
  later: Table[],
): readonly Row[] {
  return [
    rowOf(path, schema, required),
    ...rowsBelow(path, withoutNull(schema), later),
  ];
}

function rowOf(key: string, schema: JsonSchema, required: boolean): Row {
  const isMapping = withoutNull(schema).properties !== undefined;
  return {
    key: `\`${key}\``,
    type: typeText(schema),
    otherwise: required
      ? "required"
      : schema.default === undefined || isMapping && schema.default !== null
      ? ""
      : `\`${JSON.stringify(schema.default)}\``,
    meaning: schema.description ?? "",
  };
}

/** Keys that say which kind a mapping is. */
const KIND_KEYS = ["kind", "type", "command", "key"];

/** A schema without the alternative that the value is null. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const others = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  return others.length === 1 && others.length < (schema.anyOf?.length ?? 0)
    ? others[0]
    : schema;
}

/** What a value may be, in words. */
function typeText(schema: JsonSchema): string {
  const { type } = schema;
  if (Array.isArray(type)) {
    return type.map((name) => name === "null" ? name : kindText({ type: name }))
      .join(", or ");
  }
  const node = withoutNull(schema);
  const name = kindText(node);
  return node === schema ? name : `${name}, or null`;
}

function kindText(node: JsonSchema): string {
  if (node.anyOf !== undefined) return node.anyOf.map(kindText).join(" or ");
  if (node.oneOf !== undefined) return "mapping";
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) {
    return node.enum.map((word) => `\`${word}\``).join(", ");
  }
  switch (node.type) {
    case "integer":
      return `whole number${rangeText(node)}`;
    case "number":
      return `number${rangeText(node)}`;
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    case "array":
      return listText(node);
    case "object":
      return "mapping";
    default:
      return "anything";
  }
}

function listText({ items, prefixItems, minItems }: JsonSchema): string {
  if (prefixItems !== undefined) {
    const inner = prefixItems[0];
    return `list of ${prefixItems.length} ${plural(kindText(inner))}`;
  }
  if (typeof items !== "object" || items.properties !== undefined) {
    return "list";
  }
  return minItems === 2
    ? `list of 2 ${plural(kindText(items))}`
    : `list of ${plural(kindText(items))}`;
}

function plural(name: string): string {
  return name.replace(/^(whole number|number|mapping)/, "$1s");
}

function rangeText({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (minimum !== undefined && maximum !== undefined) {
    return `, ${minimum} to ${maximum}`;
  }
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? "" : `, at most ${maximum}`;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text}.`;
}

/** A table with columns padded to the same width. */
function tableText(rows: readonly Row[]): string {
  const cells = [
    ["Key", "Value", "Default", "Meaning"],
    ...rows.map(({ key, type, otherwise, meaning }) =>
      [key, type, otherwise, meaning].map((cell) => cell.replaceAll("|", "\\|"))
    ),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(3, ...cells.map((row) => row[column].length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, rule, ...body].join("\n") + "\n";
}
