/**
 * Chats: what a good one and a failed one do to a tie.
 *
 * @module
 */
import { relate, TIE_DELTAS } from "./ties.ts";
import type { Town } from "./town.ts";
import type { Turn } from "./turn.ts";
import { COUNTER, COUNTERS, type World } from "./world.ts";

/** A chat goes well: both sides count it, and the tie grows. */
export function succeedChat(
  town: Town,
  world: World,
  turn: Turn,
  speaker: number,
  listener: number,
  quality: number,
): void {
  const { inventory } = world;
  inventory[speaker * COUNTERS.length + COUNTER.chats]++;
  inventory[listener * COUNTERS.length + COUNTER.chats]++;
  relate(town, world, turn, speaker, listener, "chat_success", {
    trust: 0.05 * quality,
    familiarity: 0.1 * quality,
    rivalry: 0,
  });
  turn.chats.push(speaker, listener);
  turn.chatQualities.push(quality);
  const { agentIds } = world.records;
  turn.events.push({
    event: "chat.succeeded",
    tick: world.tick[0],
    speaker: agentIds[speaker],
    listener: agentIds[listener],
    quality,
  });
}

/** A chat does not come about: the tie cools. */
export function failChat(
  town: Town,
  world: World,
  turn: Turn,
  speaker: number,
  listener: number,
): void {
  const { chat_failure } = TIE_DELTAS;
  relate(town, world, turn, speaker, listener, "chat_failure", chat_failure);
  turn.failedChats.push(speaker, listener);
  const { agentIds } = world.records;
  turn.events.push({
    event: "chat.failed",
    tick: world.tick[0],
    speaker: agentIds[speaker],
    listener: agentIds[listener],
  });
}
