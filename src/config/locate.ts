/** Lines and columns of values in a YAML text. @module */
import type { Node, Pair, YAMLMap } from "yaml";
import type { Finding, KeyPath, Position } from "./fault.ts";

/** The pairs of a mapping: files may have thousands of keys, and of faults. */
type PairsByKey = ReadonlyMap<string, Pair<Node, Node | null>>;

/**
 * The place of each finding in `text`, in the order of `findings`.
 *
 * The parser that keeps places is loaded only here, since files mostly have no
 * faults. All places are null where the runtime does not let it run: it reads
 * two environment variables, `LOG_TOKENS` and `LOG_STREAM`.
 */
export async function locate(
  text: string,
  findings: readonly Pick<Finding, "path" | "at">[],
): Promise<readonly (Position | null)[]> {
  if (findings.every(({ path }) => path.length === 0)) {
    return findings.map(() => ({ line: 1, column: 1 }));
  }
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const anchors = new Map<string, Node>();
  let root: Node | null;
  try {
    root = yaml.parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "silent",
      // Keys are known to be unique, and comparing them all takes its time.
      uniqueKeys: false,
    }).contents;
    yaml.visit(root, {
      Node: (_key, node) => {
        if (yaml.isAlias(node) || node.anchor === undefined) return;
        if (!anchors.has(node.anchor)) anchors.set(node.anchor, node);
      },
    });
  } catch {
    return findings.map(() => null);
  }
  const pairs = new WeakMap<YAMLMap, PairsByKey>();
  return findings.map(({ path, at }) => {
    const offset = offsetOf(root, path, at);
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  });

  /** Where to point for `path`: as near as the text goes. */
  function offsetOf(
    top: Node | null,
    path: KeyPath,
    at: Finding["at"],
  ): number {
    let node = target(top);
    let offset = 0;
    const steps = at === "parent" ? path.slice(0, -1) : path;
    for (const [depth, key] of steps.entries()) {
      const isLast = depth === steps.length - 1;
      const pair = yaml.isMap(node) ? pairOf(node, key) : undefined;
      const value = pair !== undefined
        ? pair.value
        : yaml.isSeq(node) && typeof key === "number"
        ? node.items[key] as Node | undefined
        : undefined;
      if (pair === undefined && value === undefined) return offset;
      const keyStart = startOf(pair?.key);
      const valueStart = startOf(value);
      const wanted = isLast && at === "value" ? valueStart : keyStart;
      offset = wanted ?? keyStart ?? valueStart ?? offset;
      node = target(value ?? null);
    }
    return offset;
  }

  function pairOf(map: YAMLMap, key: string | number) {
    let byKey = pairs.get(map);
    if (byKey === undefined) {
      byKey = new Map(
        (map.items as Pair<Node, Node | null>[]).flatMap((pair) =>
          yaml.isScalar(pair.key) ? [[String(pair.key.value), pair]] : []
        ),
      );
      pairs.set(map, byKey);
    }
    return byKey.get(String(key));
  }

  function target(node: Node | null): Node | null {
    return yaml.isAlias(node) ? anchors.get(node.source) ?? null : node;
  }
}

function startOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0];
}
