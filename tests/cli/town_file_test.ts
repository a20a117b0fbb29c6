/** How people name a town. @module */
import { assertEquals } from "@std/assert";
import { DEFAULT_TOWN, townFile } from "../../cli/town_file.ts";

Deno.test("townFile reads the names of towns that are shipped as their files", () => {
  for (const name of ["town", "city", "hamlet"]) {
    const read = townFile.parse(`townlet:${name}`);
    assertEquals(
      read.success && Deno.readTextFileSync(read.value),
      Deno.readTextFileSync(`configs/${name}.yaml`),
    );
  }
});

Deno.test("townFile leaves paths alone, and refuses names that are not shipped", () => {
  for (const path of ["configs/town.yaml", "/etc/town", "./townlet:town"]) {
    assertEquals(townFile.parse(path), { success: true, value: path });
  }
  const others = ["townlet:", "townlet:Town", "townlet:../town", "townlet:x"];
  for (const name of others) {
    assertEquals(townFile.parse(name).success, false, name);
  }
  assertEquals(DEFAULT_TOWN.path, "configs/town.yaml");
});
