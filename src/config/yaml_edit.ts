/** Changes to a YAML text that keep its comments. @module */
import type { Document, Pair, Scalar, YAMLMap } from "yaml";
import { ConfigError, faultAt, type KeyPath, pathText } from "./fault.ts";

/** A change that was made. */
export interface Change {
  /** The key it is about, as the old text named it. */
  readonly path: string;
  /** What became of it. */
  readonly what: string;
}

/**
 * A YAML text being changed. Paths that do not exist, or that lead through
 * what is no mapping, are left alone.
 */
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
 * package that keeps comments is loaded here and not before. Rejects with a
 * {@link ConfigError} where that package reads less than the parser did, such
 * as keys of more than 1024 characters.
 */
export async function editYaml(text: string, file: string): Promise<YamlEdit> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document: Document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "silent",
    // Keys are known to be unique, and comparing them all takes its time.
    uniqueKeys: false,
  });
  if (document.errors.length > 0) {
    const [{ pos }] = document.errors;
    const { line, col } = lines.linePos(pos[0]);
    const what = "the text here cannot be rewritten; write it in a plainer way";
    throw new ConfigError([
      faultAt({ path: [], at: "key", what, got: null, hint: null }, {
        file,
        position: { line, column: col },
      }),
    ]);
  }
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

  /** Makes the mappings down to `path`; false where something else stands. */
  function openMapping(path: KeyPath): boolean {
    for (let depth = 1; depth <= path.length; depth++) {
      const way = path.slice(0, depth);
      const node = document.getIn(way, true);
      if (yaml.isMap(node)) continue;
      if (yaml.isSeq(node) && typeof path[depth] === "number") continue;
      const isEmpty = node === undefined ||
        yaml.isScalar(node) && node.value === null;
      if (!isEmpty) return false;
      document.setIn(way, document.createNode({}));
    }
    return true;
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
      if (!openMapping(path.slice(0, -1))) return;
      document.setIn(path, document.createNode(value));
    },
    remove: (path, why) => {
      if (take(path) !== null) tell(path, `removed: ${why}`);
    },
    move: (path, to) => {
      const index = indexOf(path);
      const above = to.slice(0, -1);
      if (index < 0 || !openMapping(above)) return;
      const pair = take(path);
      if (pair === null) return;
      tell(path, `renamed to ${pathText(to)}`);
      pair.key.value = String(to[to.length - 1]);
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
