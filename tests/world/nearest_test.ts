import { assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { Nearest, NEAREST_KEPT } from "../../src/world/nearest.ts";

Deno.test("Nearest agrees with a sort of all objects by squared distance", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = Random.seeded(String(seed), "nearest");
    const width = random.int(1, 12);
    const height = random.int(1, 12);
    const count = random.int(0, 12);
    const placed = Array.from({ length: count }, () => random.float() > 0.1);
    const objectX = Int16Array.from(
      placed,
      (is) => is ? random.int(0, width - 1) : -1,
    );
    const objectY = Int16Array.from(
      placed,
      (is) => is ? random.int(0, height - 1) : -1,
    );
    const types = [0, 1].map((type) =>
      new Int32Array([...objectX.keys()].filter((o) => o % 2 === type))
    );
    const nearest = new Nearest(width, height, types, objectX, objectY);
    const distance2 = (object: number, x: number, y: number) =>
      objectX[object] < 0
        ? 0
        : (objectX[object] - x) ** 2 + (objectY[object] - y) ** 2;
    for (const type of [0, 1]) {
      for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) {
          // The sort is stable: the first registered comes first.
          const sorted = [...types[type]].sort((a, b) =>
            distance2(a, x, y) - distance2(b, x, y)
          );
          const wanted = [...sorted, -1, -1, -1, -1].slice(0, NEAREST_KEPT);
          const at = nearest.at(type, x, y);
          const where = `seed ${seed}, type ${type}, [${x}, ${y}]`;
          assertEquals(
            [...nearest.list(type).subarray(at, at + NEAREST_KEPT)],
            wanted,
            where,
          );
          assertEquals(nearest.first(type, x, y), wanted[0], where);
        }
      }
    }
  }
});

Deno.test("Nearest counts an object without a place as no distance away", () => {
  const nearest = new Nearest(
    5,
    5,
    [new Int32Array([0, 1])],
    new Int16Array([2, -1]),
    new Int16Array([2, -1]),
  );
  assertEquals(nearest.first(0, 4, 4), 1);
  assertEquals(nearest.first(0, 2, 2), 0);
  assertEquals(nearest.distance2(1, 4, 4), 0);
  assertEquals(nearest.distance2(0, 4, 3), 5);
});
