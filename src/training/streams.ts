/**
 * Streams of random numbers that a training goes on with.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { Random, RANDOM_WORDS } from "../base/random.ts";
import type { RandomState } from "../policy/checkpoint.ts";

/** A stream of random numbers, and its state. */
export interface Stream {
  /** Draws. */
  readonly random: Random;
  /** Its words. [4] */
  readonly words: Uint32Array;
  /** Numbers of 32 bits drawn so far. [1] */
  readonly draws: Float64Array;
}

/**
 * Opens a stream: as it was saved, or at its beginning.
 *
 * @param saved streams by name
 * @throws {TownletError} where streams were saved, and not this one
 */
export function openStream(
  seed: number,
  name: string,
  saved?: Readonly<Record<string, RandomState>>,
): Stream {
  const words = new Uint32Array(RANDOM_WORDS);
  const draws = new Float64Array(1);
  const random = new Random(words, draws);
  if (saved === undefined) {
    random.seed(String(seed), name);
  } else if (Object.hasOwn(saved, name)) {
    words.set(saved[name].words);
    draws[0] = saved[name].draws;
  } else {
    throw new TownletError(`The training has no random stream ${name}`, {
      code: "training.state",
      hint: "It was saved by another version of Townlet",
    });
  }
  return { random, words, draws };
}

/** A stream as it is now; plain JSON. */
export function streamState({ words, draws }: Stream): RandomState {
  return { words: [...words], draws: draws[0] };
}
