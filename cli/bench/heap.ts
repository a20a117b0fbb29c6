/** How a heap grows while a town runs. @module */

/** Ticks between the two collections that show the growth of the heap. */
const HEAP_TICKS = 10_000;
/** Residents × ticks of that, at most. */
const HEAP_STEPS_MAX = 10_000_000;

/** Collects garbage; without `--expose-gc` there is nothing to call. */
const collect: (() => void) | undefined = (globalThis as { gc?: () => void })
  .gc;

/** Growth of heap and array buffers, in bytes per tick. */
export function heapGrowth(
  run: (ticks: number) => unknown,
  agents: number,
): { readonly heap: number; readonly external: number } | null {
  if (collect === undefined) return null;
  const ticks = Math.min(HEAP_TICKS, Math.ceil(HEAP_STEPS_MAX / agents));
  // What is left of the rounds before goes with the second collection.
  collect();
  collect();
  const before = Deno.memoryUsage();
  run(ticks);
  collect();
  collect();
  const after = Deno.memoryUsage();
  return {
    heap: (after.heapUsed - before.heapUsed) / ticks,
    external: (after.external - before.external) / ticks,
  };
}
