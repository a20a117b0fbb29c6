import { assert, assertEquals, assertRejects } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { FILE_BYTES_MAX } from "../../src/security/paths.ts";
import {
  newestSnapshot,
  readSnapshot,
  snapshotName,
  writeSnapshot,
} from "../../src/snapshots/files.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { hashWorld } from "../../src/world/world.ts";
import { inScratch, outside } from "../helpers/scratch.ts";
import { livelyTown } from "./lively_town.ts";

const { town, world } = livelyTown();
const TEXT = encodeSnapshot(town, world, { app: "townlet 0.1.0" });

async function refusal(
  act: () => Promise<unknown>,
  code: string,
  exit: number = EXIT.usage,
): Promise<void> {
  const error = await assertRejects(act, TownletError);
  assertEquals([error.code, error.exit], [code, exit], error.message);
}

Deno.test("a snapshot comes back from a file, compressed or not", () =>
  inScratch(async (folder) => {
    for (const name of ["day.tsnap", "day.tsnap.gz"]) {
      const path = `${folder}/deep/${name}`;
      await writeSnapshot(path, TEXT);
      assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
      const text = await readSnapshot(path);
      assertEquals(text, TEXT);
      const loaded = decodeSnapshot(text, town, { where: path });
      assertEquals(hashWorld(loaded.world), hashWorld(world));
    }
    const packed = await Deno.readFile(`${folder}/deep/day.tsnap.gz`);
    assert(packed.length < TEXT.length / 2);
    assertEquals(new TextDecoder().decode(gunzipSync(packed)), TEXT);
  }));

Deno.test("a snapshot replaces snapshots, and nothing else", () =>
  inScratch(async (folder) => {
    for (const name of ["day.tsnap", "day.tsnap.gz"]) {
      const path = `${folder}/${name}`;
      await writeSnapshot(path, TEXT);
      await writeSnapshot(path, TEXT);
      for (
        const other of ["config_id: town\n", '{"format":"townlet.report"}']
      ) {
        const plain = new TextEncoder().encode(other);
        for (const bytes of [plain, new Uint8Array(gzipSync(plain))]) {
          await Deno.writeFile(path, bytes);
          await refusal(
            () => writeSnapshot(path, TEXT),
            "file.other_kind",
            EXIT.refused,
          );
          assertEquals(await Deno.readFile(path), bytes);
        }
      }
      await Deno.writeFile(path, new Uint8Array([0x1f, 0x8b, 0, 0]));
      await refusal(
        () => writeSnapshot(path, TEXT),
        "file.other_kind",
        EXIT.refused,
      );
      await Deno.remove(path);
    }
  }));

Deno.test("a compressed snapshot that was changed is refused, or reads the same", () =>
  inScratch(async (folder) => {
    const path = `${folder}/day.tsnap.gz`;
    const packed = new Uint8Array(gzipSync(TEXT));
    let refusals = 0;
    for (let at = 0; at < packed.length; at += 3) {
      packed[at] ^= 1 << (at % 8);
      await Deno.writeFile(path, packed);
      packed[at] ^= 1 << (at % 8);
      try {
        assertEquals(await readSnapshot(path), TEXT);
      } catch (error) {
        if (!(error instanceof TownletError)) throw error;
        refusals++;
      }
    }
    // Only the date and the system in gzip's own header may change unseen.
    assert(refusals > packed.length / 3 - 10, `${refusals} refusals`);
    await Deno.writeFile(path, packed.subarray(0, packed.length - 9));
    await refusal(() => readSnapshot(path), "snapshot.gzip");
  }));

Deno.test("F4: snapshots that are too large, or unfold to too much, are refused", () =>
  inScratch(async (folder) => {
    const path = `${folder}/huge.tsnap`;
    using file = await Deno.open(path, { write: true, createNew: true });
    await file.truncate(FILE_BYTES_MAX.snapshot + 1);
    await refusal(() => readSnapshot(path), "file.size");

    const bomb = `${folder}/bomb.tsnap.gz`;
    await Deno.writeFile(bomb, gzipSync(new Uint8Array(50 << 20)));
    await refusal(() => readSnapshot(bomb), "snapshot.size");
    const member = gzipSync(new Uint8Array(1 << 20));
    const members = new Uint8Array(300 * member.length);
    for (let i = 0; i < 300; i++) members.set(member, i * member.length);
    await Deno.writeFile(bomb, members);
    await refusal(() => readSnapshot(bomb), "snapshot.size");
    const nested = gzipSync(gzipSync(new Uint8Array(1 << 20)));
    await Deno.writeFile(bomb, nested);
    await refusal(() => readSnapshot(bomb), "snapshot.text");
  }));

Deno.test("even a world of zeros is packed so that it can be unpacked", () =>
  inScratch(async (folder) => {
    const path = `${folder}/zeros.tsnap.gz`;
    const text = `${"A".repeat(1 << 20)}\n`;
    await writeSnapshot(path, text);
    assert((await Deno.stat(path)).size < text.length / 4);
    assertEquals(await readSnapshot(path), text);
  }));

Deno.test("readSnapshot() refuses links and what is missing", () =>
  inScratch(async (folder) => {
    await refusal(() => readSnapshot(`${folder}/no.tsnap`), "file.missing");
    await writeSnapshot(`${folder}/day.tsnap`, TEXT);
    const here = `${Deno.cwd()}/${folder}`;
    await outside(`Deno.symlinkSync("day.tsnap", "${here}/link.tsnap")`);
    await refusal(
      () => readSnapshot(`${folder}/link.tsnap`),
      "file.link",
      EXIT.refused,
    );
    await Deno.writeFile(`${folder}/bad.tsnap`, new Uint8Array([0xff]));
    await refusal(() => readSnapshot(`${folder}/bad.tsnap`), "snapshot.text");
  }));

Deno.test("newestSnapshot() finds what was written last, among snapshots only", () =>
  inScratch(async (folder) => {
    const root = `${folder}/snapshots`;
    const keeps = ["configs/town.yaml"];
    await refusal(() => newestSnapshot(root, { keeps }), "snapshot.none");
    await Deno.mkdir(root);
    await refusal(() => newestSnapshot(root, { keeps }), "snapshot.none");
    const names = [snapshotName(200), `${snapshotName(7, "noon")}.gz`];
    assertEquals(names, [
      "snap-000000200.tsnap",
      "snap-000000007-noon.tsnap.gz",
    ]);
    let time = 1_000_000;
    for (
      const name of [
        ...names,
        ".snap-000000300.tsnap.x.tmp",
        "snap-3.tsnap",
        "notes.txt",
      ]
    ) {
      await Deno.writeTextFile(`${root}/${name}`, TEXT);
      await Deno.utime(`${root}/${name}`, time, time++);
    }
    await Deno.mkdir(`${root}/${snapshotName(900)}`);
    assertEquals(
      await newestSnapshot(root, { keeps }),
      `${root}/snap-000000007-noon.tsnap.gz`,
    );
    const equal = `${root}/${snapshotName(8)}`;
    await Deno.writeTextFile(equal, TEXT);
    await Deno.utime(equal, 1_000_001, 1_000_001);
    assertEquals(await newestSnapshot(root, { keeps }), equal);
  }));
