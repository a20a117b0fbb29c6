/** Packages of Python, for tests that show what Python can do with ours. @module */
import { run } from "./binary.ts";

/** What there is for Python to import from. */
export type PythonPackages =
  /** The folder they are in: what PYTHONPATH should be. */
  | { readonly path: string; readonly why?: undefined }
  /** Why there is none. */
  | { readonly path?: undefined; readonly why: string };

/** What pip says where there is no network, or no index of packages in it. */
const UNREACHABLE =
  /connection|resolution|timed out|unreachable|from versions: none/i;

/** Ends well where packages of these versions can be imported. */
const CHECK = `
import importlib.metadata, sys
for package in sys.argv[1:]:
    name, version = package.split("==")
    if importlib.metadata.version(name) != version:
        sys.exit(1)
`;

/**
 * Installs packages, such as `numpy==2.4.6`, into a folder below `out/` that
 * stays. There is none where the index of packages cannot be reached. Throws
 * whatever else goes wrong.
 */
export async function installPackages(
  name: string,
  packages: readonly string[],
): Promise<PythonPackages> {
  const path = `out/${name}`;
  const there = await run("python3", ["-c", CHECK, ...packages], {
    env: { PYTHONPATH: path },
  });
  if (there.code === 0) return { path };
  const { code, err } = await run("python3", [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    ...["--only-binary=:all:", "--retries=1", "--timeout=20", "--upgrade"],
    ...["--target", path, ...packages],
  ]);
  if (code === 0) return { path };
  if (!UNREACHABLE.test(err)) throw new Error(err);
  return { why: "the index of Python's packages cannot be reached" };
}
