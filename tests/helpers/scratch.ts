/** Folders for tests that write files. @module */

/** Makes an empty folder below `out/`, does something in it, removes it. */
export async function inScratch(
  act: (folder: string) => Promise<void>,
): Promise<void> {
  await Deno.mkdir("out", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "out", prefix: "test-" });
  try {
    await act(relative(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Runs a line of code in a process with every permission, for what a test may
 * not do itself: links and pipes need more than a scoped grant.
 */
export async function outside(code: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["eval", "--no-config", "--no-lock", code],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function relative(folder: string): string {
  return folder.slice(folder.lastIndexOf("out/test-"));
}
