/** Hooks in sandboxes, and what becomes of asking them. @module */
import { assertRejects, assertThrows } from "@std/assert";
import { Sandbox } from "../../src/security/hook_sandbox.ts";
import { HookFault } from "../../src/world/hooks.ts";

/** Long enough for a busy machine; not a measure of anything. */
const PATIENCE_MS = 5000;

/** A hook whose call has this body. */
export function hook(body: string): string {
  return `export default { names: ["on_x"], call(ctx) { ${body} } };`;
}

/** Asks with a tick, which the hooks below take as the number of a case. */
export function ask(
  sandbox: Sandbox,
  tick: number,
  timeoutMs = PATIENCE_MS,
): unknown {
  const request = JSON.stringify({
    tick,
    deep: [{ a: [1] }],
    rng: [1, 2, 3, 4],
  });
  return JSON.parse(sandbox.ask(request, timeoutMs));
}

/** The rule and reason of the fault that an asking ends with. */
export function faultOf(
  sandbox: Sandbox,
  tick: number,
  timeoutMs?: number,
): string {
  const { rule, message } = assertThrows(
    () => ask(sandbox, tick, timeoutMs),
    HookFault,
  );
  return `${rule}: ${message}`;
}

/** The rule and reason why a hook cannot be loaded. */
export async function loadFault(source: string): Promise<string> {
  const { rule, message } = await assertRejects(
    () => Sandbox.open(source),
    HookFault,
  );
  return `${rule}: ${message}`;
}

/**
 * What keeps a hook busy for about a second. The runtime cannot stop a thread
 * that never ends, which would slow down all tests after it.
 */
export const BUSY = "for (let i = 0; i < 2e9; i++);";
