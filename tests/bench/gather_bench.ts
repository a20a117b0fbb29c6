/**
 * Ways to draw the maps of 128 residents, in three towns.
 *
 * One iteration is one tick: residents are put where they were, what a gather
 * reads is brought up to date, and all maps are drawn. In groups of their own
 * stand the parts of that which draw no maps, to be taken off.
 *
 * @module
 */
import { type Film, filmTown, openStage, scatter, showFrame } from "./film.ts";
import { openCounts } from "./gather_changes.ts";
import { assertSameMaps, GATHERS, type OpenGather } from "./gathers.ts";

/** Residents. */
const AGENTS = 128;
/** Ticks before the film begins: a day, and the next one until eight. */
const WARM_UP = 1440 + 480;
/** Ticks of a film. */
const FRAMES = 400;

const scripted = film("scripted");
const FILMS: Readonly<Record<string, Film>> = {
  "maps, 128 residents": scripted,
  "maps, 128 residents, random policy": film("random"),
  "maps, 128 residents, everybody moves": scatter(scripted),
};

for (const [group, film] of Object.entries(FILMS)) {
  assertSameMaps(film, group);
  const [first, ...others] = Object.entries(GATHERS);
  bench(group, film, ...first, true);
  for (const other of others) bench(group, film, ...other);
  bench(`no ${group}`, film, "counts alone", openCounts);
  bench(`no ${group}`, film, "moving alone", null);
}

function film(policy: "scripted" | "random"): Film {
  return filmTown({ agents: AGENTS, policy, warmUp: WARM_UP, frames: FRAMES });
}

function bench(
  group: string,
  film: Film,
  name: string,
  open: OpenGather | null,
  baseline: boolean = false,
): void {
  const stage = openStage(film);
  const gather = open?.(stage);
  let tick = 0;
  Deno.bench({ name, group, baseline }, () => {
    showFrame(stage, frameAt(tick++));
    gather?.draw();
  });
}

/** To the end of the film and back again, so that nothing jumps. */
function frameAt(tick: number): number {
  const i = tick % (2 * FRAMES - 2);
  return i < FRAMES ? i : 2 * FRAMES - 2 - i;
}
