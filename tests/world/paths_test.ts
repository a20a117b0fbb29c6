import { assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { DIRECTIONS, Paths } from "../../src/world/paths.ts";

/** A grid with an object on about every fourth tile. */
function randomGrid(random: Random, width: number, height: number): Uint8Array {
  return Uint8Array.from(
    { length: width * height },
    () => random.float() < 0.25 ? 1 : 0,
  );
}

/** Steps to the reach of a target by relaxing until nothing changes. */
function oracle(
  width: number,
  height: number,
  blocked: Uint8Array,
  reach: number,
  toX: number,
  toY: number,
): number[] {
  const steps = Array.from(blocked, (taken, tile) => {
    const dx = Math.abs(tile % width - toX);
    const dy = Math.abs(Math.floor(tile / width) - toY);
    return taken === 0 && Math.max(dx, dy) <= reach ? 0 : Infinity;
  });
  for (let changed = true; changed;) {
    changed = false;
    for (let tile = 0; tile < steps.length; tile++) {
      if (blocked[tile] === 1) continue;
      for (const [dx, dy] of DIRECTIONS) {
        const x = tile % width + dx;
        const y = Math.floor(tile / width) + dy;
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const through = steps[y * width + x] + 1;
        if (through >= steps[tile]) continue;
        steps[tile] = through;
        changed = true;
      }
    }
  }
  return steps;
}

for (const reach of [0, 1]) {
  Deno.test(`Paths agrees with a brute-force search over random grids, reach ${reach}`, () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = Random.seeded(String(seed), "paths");
      const width = random.int(1, 14);
      const height = random.int(1, 14);
      const blocked = randomGrid(random, width, height);
      const paths = new Paths(width, height, blocked, reach);
      for (let target = 0; target < width * height; target += 3) {
        const toX = target % width;
        const toY = Math.floor(target / width);
        const steps = oracle(width, height, blocked, reach, toX, toY);
        const farthest = Math.max(0, ...steps.filter(Number.isFinite));
        assertEquals(paths.longest(toX, toY), farthest, `seed ${seed}`);
        for (let tile = 0; tile < steps.length; tile++) {
          if (blocked[tile] === 1) continue;
          const x = tile % width;
          const y = Math.floor(tile / width);
          const where = `seed ${seed}: [${x}, ${y}] to [${toX}, ${toY}]`;
          const here = steps[tile];
          assertEquals(
            paths.steps(x, y, toX, toY),
            here === Infinity ? -1 : here,
            where,
          );
          // The first of east, west, south, north that is one step nearer.
          const nearer = DIRECTIONS.findIndex(([dx, dy]) =>
            x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height &&
            steps[(y + dy) * width + x + dx] === here - 1
          );
          const wanted = here === Infinity ? -2 : here === 0 ? -1 : nearer;
          assertEquals(paths.next(x, y, toX, toY), wanted, where);
        }
      }
    }
  });
}

Deno.test("Paths finds ways far longer than a field is wide at first", () => {
  // A snake: every second row is a wall with one gap, at alternating ends.
  const width = 60;
  const height = 41;
  const blocked = new Uint8Array(width * height);
  for (let y = 1; y < height; y += 2) {
    blocked.fill(1, y * width, (y + 1) * width);
    blocked[y * width + (y % 4 === 1 ? width - 1 : 0)] = 0;
  }
  const paths = new Paths(width, height, blocked, 0);
  const whole = 20 * (width - 1 + 2) + width - 1;
  assertEquals(paths.steps(width - 1, height - 1, 0, 0), whole);
  assertEquals(paths.longest(0, 0), whole);
  let x = width - 1;
  let y = height - 1;
  for (let left = whole; left > 0; left--) {
    const [dx, dy] = DIRECTIONS[paths.next(x, y, 0, 0)];
    x += dx;
    y += dy;
  }
  assertEquals([x, y], [0, 0]);
  assertEquals(paths.next(x, y, 0, 0), -1);
});

Deno.test("Paths answers the same whatever was asked before", () => {
  const random = Random.seeded("7", "paths");
  const blocked = randomGrid(random, 40, 40);
  const fresh = (x: number, y: number) =>
    new Paths(40, 40, blocked, 1).next(x, y, 3, 3);
  const used = new Paths(40, 40, blocked, 1);
  for (let i = 0; i < 60; i++) {
    const x = random.int(0, 39);
    const y = random.int(0, 39);
    if (blocked[y * 40 + x] === 1) continue;
    used.steps(random.int(0, 39), random.int(0, 39), 3, 3);
    assertEquals(used.next(x, y, 3, 3), fresh(x, y), `[${x}, ${y}]`);
  }
});
