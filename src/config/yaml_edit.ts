/** Changes to a YAML text that keep its comments. @module */
import type { Document, Pair, Scalar, YAMLMap } from "yaml";
import { type KeyPath, pathText } from "./fault.ts";

/** A change that was made. */
export interface Change {
  /** The key it is about, as the old text named it. */
  readonly path: string;
  /** What became of it. */
  readonly what: string;
}

/** A YAML text being changed. Paths that do not exist are left alone. */
export interface YamlEdit {
  /** What changed so far, in order. */
  readonly changes: readonly Change[];
  /** The plain value at `path`, or undefined. */
  get(path: KeyPath): unknown;
  /** Sets a value; missing mappings on the way are made. */
  set(path: KeyPath, value: unknown): void;
  /** Removes a key, and tells why. */
  remove(path: KeyPath, why: string): void;
  /** Gives a key another name and place, and tells. Comments move with it. */
  move(path: KeyPath, to: KeyPath): void;
  /** Puts lines of comment above a key. */
  comment(path: KeyPath, lines: readonly string[]): void;
  /** Tells of a change. */
  tell(path: KeyPath, what: string): void;
  /** The text with all changes. */
  text(): string;
}

/**
 * Opens a text that parses to a mapping.
 *
 * Aliases are written out, since what they stand for may move or go. The
 * package that keeps comments is loaded here and not before.
 */
export async function editYaml(text: string): Promise<YamlEdit> {
  const yaml = await import("yaml");
  const document: Document = yaml.parseDocument(text, {
    prettyErrors: false,
    logLevel: "silent",
  });
  const changes: Change[] = [];
  const tell = (path: KeyPath, what: string) =>
    void changes.push({ path: pathText(path), what });
  yaml.visit(document, {
    Alias: (_key, alias) => alias.resolve(document)?.clone() as Scalar,
  });
  yaml.visit(document, {
    Node: (_key, node) => {
      if (!yaml.isAlias(node)) delete node.anchor;
    },
  });

  function mappingAt(path: KeyPath): YAMLMap<Scalar, unknown> | null {
    const node = document.getIn(path, true);
    return yaml.isMap(node) ? node as YAMLMap<Scalar, unknown> : null;
  }

  function indexOf(path: KeyPath): number {
    const key = path[path.length - 1];
    return mappingAt(path.slice(0, -1))?.items.findIndex((pair) =>
      yaml.isScalar(pair.key) && String(pair.key.value) === String(key)
    ) ?? -1;
  }

  function take(path: KeyPath): Pair<Scalar, unknown> | null {
    const index = indexOf(path);
    if (index < 0) return null;
    const mapping = mappingAt(path.slice(0, -1));
    const [pair] = mapping?.items.splice(index, 1) ?? [];
    if (mapping?.items.length === 0) mapping.flow = true;
    return pair ?? null;
  }

  return {
    changes,
    tell,
    get: (path) => {
      const node = document.getIn(path, true);
      return yaml.isNode(node) ? node.toJS(document) : node;
    },
    set: (path, value) => {
      document.setIn(path, document.createNode(value));
    },
    remove: (path, why) => {
      if (take(path) !== null) tell(path, `removed: ${why}`);
    },
    move: (path, to) => {
      const index = indexOf(path);
      const pair = take(path);
      if (pair === null) return;
      tell(path, `renamed to ${pathText(to)}`);
      pair.key.value = String(to[to.length - 1]);
      const above = to.slice(0, -1);
      if (above.length > 0 && mappingAt(above) === null) {
        document.setIn(above, document.createNode({}));
      }
      const mapping = mappingAt(above);
      const isBeside = pathText(above) === pathText(path.slice(0, -1));
      if (mapping === null) return;
      if (mapping.items.length === 0) mapping.flow = false;
      mapping.items.splice(isBeside ? index : mapping.items.length, 0, pair);
    },
    comment: (path, lines) => {
      const index = indexOf(path);
      const key = mappingAt(path.slice(0, -1))?.items[index]?.key;
      if (key === undefined) return;
      const above = key.commentBefore ?? null;
      key.commentBefore = [
        ...(above === null ? [] : [above]),
        ...lines.map((line) => ` ${line}`),
      ].join("\n");
    },
    text: () =>
      document.toString({ lineWidth: 0, flowCollectionPadding: false }),
  };
}
