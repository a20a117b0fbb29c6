/** The list of hooks, entry by entry. @module */
import { assertEquals } from "@std/assert";
import { type HookRow, listHooks, showHooks } from "../../../cli/hooks/list.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import type { HookSource } from "../../../src/config/hook_source.ts";
import { BUILT_IN_HOOKS } from "../../../src/world/hooks.ts";
import { hookSettings, hookText, writeHook } from "../../helpers/hook_file.ts";
import { scratch } from "../../helpers/townlet.ts";

const BUILT_IN: HookSource = {
  specifier: "townlet:default",
  sha256: null,
  names: [],
};

Deno.test("listHooks() has a row for every entry, in order, and says which would run", async () => {
  using folder = scratch();
  const fine = writeHook(folder.path, "fine", hookText("[]"));
  const edited = {
    ...writeHook(folder.path, "edited", hookText("[]")),
    sha256: "a".repeat(64),
  };
  const other = writeHook(folder.path, "other", hookText("[]"), ["on_y"]);
  const broken = writeHook(folder.path, "broken", "export default { x");
  const unpinned = { ...fine, specifier: "./hooks/loose.js", sha256: null };
  writeHook(folder.path, "loose", hookText("[1]"));
  const rows = await listHooks(
    hookSettings([fine, BUILT_IN, edited, other, broken, unpinned]),
    `${folder.path}/town.yaml`,
  );
  assertEquals(
    rows.map(({ specifier, kind, state, rule, pinned }) => [
      ...[specifier, kind, state, rule, pinned],
    ]),
    [
      ["./hooks/fine.js", "file", "runs", null, true],
      ["townlet:default", "built_in", "runs", null, false],
      ["./hooks/edited.js", "file", "refused", "H4", true],
      ["./hooks/other.js", "file", "refused", "H8", true],
      ["./hooks/broken.js", "file", "refused", "H8", true],
      ["./hooks/loose.js", "file", "runs", null, false],
    ],
  );
  assertEquals(
    rows.map(({ rule, reason, hint }) => [rule, reason, hint].includes(null)),
    rows.map(({ state }) => state === "runs"),
  );
  assertEquals(
    rows[1].names,
    Object.keys(
      BUILT_IN_HOOKS.get("townlet:default") ?? {},
    ),
  );
  assertEquals(rows[2].sha256, edited.sha256);
  assertEquals(rows[3].reason, "it does not have on_y");
  assertEquals(rows[5].sha256?.length, 64);
});

Deno.test("showHooks() says what is wrong, and what to do about it", () => {
  const row: HookRow = {
    specifier: "./hooks/a.js",
    kind: "file",
    sha256: "0".repeat(64),
    pinned: false,
    names: ["on_a", "on_b"],
    state: "runs",
    rule: null,
    reason: null,
    hint: null,
  };
  const bad: HookRow = {
    ...row,
    pinned: true,
    state: "refused",
    rule: "H5",
    reason: "line 1\u001b[2J",
    hint: "Mend it",
  };
  assertEquals(showHooks([row, bad], openPaint(false)), [
    "./hooks/a.js runs",
    "  names   on_a, on_b",
    `  sha256  ${"0".repeat(64)} (not pinned)`,
    "./hooks/a.js is refused (rule H5)",
    "  reason  line 1\\u001b[2J",
    "  hint    Mend it",
    "  names   on_a, on_b",
    `  sha256  ${"0".repeat(64)}`,
  ]);
  assertEquals(showHooks([], openPaint(false)), ["No hooks are allowed"]);
});
