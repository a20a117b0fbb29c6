/**
 * Ways to draw the maps of 128 residents, in three towns.
 *
 * One iteration is one tick: residents are put where they were, what a gather
 * reads is brought up to date, and all maps are drawn. In groups of their own
 * stand the parts of that which draw no maps, to be taken off.
 *
 * @module
 */
import {
  type Film,
  filmTown,
  openStage,
  scatter,
  showFrame,
  type Stage,
} from "./film.ts";
import { openCounts } from "./gather_counts.ts";
import { assertSameMaps, GATHERS } from "./gathers.ts";

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
  for (const [i, [name, open]] of Object.entries(GATHERS).entries()) {
    const stage = openStage(film);
    bench(name, group, i === 0, stage, open(stage).draw);
  }
  const stage = openStage(film);
  bench("counts alone", `no ${group}`, false, stage, openCounts(stage).count);
  bench("moving alone", `no ${group}`, false, openStage(film), () => {});
}

function film(policy: "scripted" | "random"): Film {
  return filmTown({ agents: AGENTS, policy, warmUp: WARM_UP, frames: FRAMES });
}

function bench(
  name: string,
  group: string,
  baseline: boolean,
  stage: Stage,
  draw: () => unknown,
): void {
  let tick = 0;
  Deno.bench({ name, group, baseline }, () => {
    showFrame(stage, frameAt(tick++));
    draw();
  });
}

/** To the end of the film and back again, so that nothing jumps. */
function frameAt(tick: number): number {
  const i = tick % (2 * FRAMES - 2);
  return i < FRAMES ? i : 2 * FRAMES - 2 - i;
}
