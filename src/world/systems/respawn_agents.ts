/** Those who left come back, as newcomers. @module */
import type { Town } from "../town.ts";
import { clearAction, type Turn } from "../turn.ts";
import { addAgent, isFree } from "../people.ts";
import { findAgent, type Ticket, type World } from "../world.ts";

/** Needs a newcomer has. */
const NEEDS_AT_RESPAWN = [0.5, 0.5, 0.5];

/**
 * Serves the respawn tickets that are due, in their order.
 *
 * Writes a new row for each, `roster`, `population` and the tickets.
 */
export function respawnAgents(town: Town, world: World, turn: Turn): void {
  const { tickets } = world.records;
  if (tickets.length === 0) return;
  const tick = world.tick[0];
  const due = tickets.filter(({ dueTick }) => dueTick <= tick);
  if (due.length === 0) return;
  world.records = {
    ...world.records,
    tickets: tickets.filter(({ dueTick }) => dueTick > tick),
  };
  for (const ticket of due) respawn(town, world, turn, ticket);
}

function respawn(town: Town, world: World, turn: Turn, ticket: Ticket): void {
  const lineages = world.records.lineages.slice();
  const lineage = lineages[ticket.lineage];
  const { origin } = lineage;
  // Lineages of one origin share its numbers: no id comes twice.
  let n = 1;
  for (const other of lineages) {
    if (other.origin === origin) n = Math.max(n, other.respawns + 1);
  }
  while (findAgent(world, `${origin}#${n}`) >= 0) n++;
  const id = `${origin}#${n}`;
  lineages[ticket.lineage] = { ...lineage, respawns: n };
  world.records = { ...world.records, lineages };
  const [x, y] = freeTileNear(town, world, ticket.x, ticket.y);
  const agent = addAgent(town, world, {
    id,
    lineage: ticket.lineage,
    x,
    y,
    homeX: ticket.homeX,
    homeY: ticket.homeY,
    needs: NEEDS_AT_RESPAWN,
    wallet: 0,
    profile: ticket.profile,
    traits: ticket.traits,
    job: ticket.job,
    jobless: ticket.jobless,
    schedule: -1,
  });
  clearAction(turn, agent);
  world.contextReset[agent] = 1;
  turn.events.push({
    event: "agent.respawned",
    tick: world.tick[0],
    agent: id,
    original: origin,
  });
}

/** The tile itself if free, else the nearest free one: by ring, then y, x. */
function freeTileNear(
  town: Town,
  world: World,
  x: number,
  y: number,
): readonly [number, number] {
  const farthest = Math.max(town.width, town.height);
  for (let ring = 0; ring <= farthest; ring++) {
    for (let ty = y - ring; ty <= y + ring; ty++) {
      const edge = Math.abs(ty - y) === ring;
      const step = edge || ring === 0 ? 1 : 2 * ring;
      for (let tx = x - ring; tx <= x + ring; tx += step) {
        if (isFree(town, world, tx, ty)) return [tx, ty];
      }
    }
  }
  // A town without a free tile: newcomers share the old one.
  return [x, y];
}
