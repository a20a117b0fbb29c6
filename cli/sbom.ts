/** The bill of materials: what the program is made of, from its lock. @module */

/** What is read of `deno.lock`. */
export interface Lock {
  /** What is asked for, such as `npm:zod@4.6.7`, and the version found. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** Every package, direct or not, by `name@version`. */
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

/** A package of the lock. */
export interface LockedPackage {
  /** `sha512-` and the digest of its archive in base64. */
  readonly integrity: string;
  /** Packages it needs, by name, with the version where names are not enough. */
  readonly dependencies?: readonly string[];
  /** Packages it uses where they are there, written alike. */
  readonly optionalDependencies?: readonly string[];
}

/** What is read of `deno.json`. */
export interface Project {
  /** `@scope/name`. */
  readonly name: string;
  /** Version of the program. */
  readonly version: string;
  /** Identifier of the licence, as SPDX spells it. */
  readonly license: string;
}

/** What a lock does not say about a package. */
export interface PackageNote {
  /** Identifier of the licence, as SPDX spells it. */
  readonly licence: string;
  /** Whether tests alone ask for it. Only direct dependencies say so. */
  readonly testsOnly?: true;
}

/** Every package by name, those of docs/dependencies.md. */
export const PACKAGES: Readonly<Record<string, PackageNote>> = {
  "@opentelemetry/api": { licence: "Apache-2.0" },
  "@optique/core": { licence: "MIT" },
  "@peculiar/asn1-asym-key": { licence: "MIT" },
  "@peculiar/asn1-cms": { licence: "MIT" },
  "@peculiar/asn1-csr": { licence: "MIT" },
  "@peculiar/asn1-ecc": { licence: "MIT" },
  "@peculiar/asn1-pfx": { licence: "MIT" },
  "@peculiar/asn1-pkcs8": { licence: "MIT" },
  "@peculiar/asn1-pkcs9": { licence: "MIT" },
  "@peculiar/asn1-rsa": { licence: "MIT" },
  "@peculiar/asn1-schema": { licence: "MIT" },
  "@peculiar/asn1-x509": { licence: "MIT" },
  "@peculiar/asn1-x509-attr": { licence: "MIT" },
  "@peculiar/asn1-x509-post-quantum": { licence: "MIT" },
  "@peculiar/utils": { licence: "MIT" },
  "@peculiar/x509": { licence: "MIT" },
  "asn1js": { licence: "BSD-3-Clause" },
  "deno-std": { licence: "MIT" },
  "fast-check": { licence: "MIT", testsOnly: true },
  "fflate": { licence: "MIT" },
  "hyparquet": { licence: "MIT" },
  "hyparquet-writer": { licence: "MIT" },
  "pure-rand": { licence: "MIT" },
  "pvtsutils": { licence: "MIT" },
  "pvutils": { licence: "MIT" },
  "reflect-metadata": { licence: "Apache-2.0" },
  "tslib": { licence: "0BSD" },
  "tsyringe": { licence: "MIT" },
  "yaml": { licence: "ISC" },
  "zod": { licence: "MIT" },
};

/** What only learning fetches, and no bill tells: it is in no binary. */
export const LEARNING_PACKAGES: Readonly<Record<string, PackageNote>> = {
  "@protobufjs/aspromise": { licence: "BSD-3-Clause" },
  "@protobufjs/base64": { licence: "BSD-3-Clause" },
  "@protobufjs/codegen": { licence: "BSD-3-Clause" },
  "@protobufjs/eventemitter": { licence: "BSD-3-Clause" },
  "@protobufjs/fetch": { licence: "BSD-3-Clause" },
  "@protobufjs/float": { licence: "BSD-3-Clause" },
  "@protobufjs/path": { licence: "BSD-3-Clause" },
  "@protobufjs/pool": { licence: "BSD-3-Clause" },
  "@protobufjs/utf8": { licence: "BSD-3-Clause" },
  "@types/node": { licence: "MIT" },
  "flatbuffers": { licence: "Apache-2.0" },
  "guid-typescript": { licence: "ISC" },
  "long": { licence: "Apache-2.0" },
  "onnxruntime-common": { licence: "MIT" },
  "onnxruntime-web": { licence: "MIT" },
  "platform": { licence: "MIT" },
  "protobufjs": { licence: "BSD-3-Clause" },
  "undici-types": { licence: "MIT" },
};

/** A bill of materials in the form of CycloneDX 1.6, as plain JSON. */
export interface Sbom {
  /** Name of the form. */
  readonly bomFormat: "CycloneDX";
  /** Version of the form. */
  readonly specVersion: "1.6";
  /** Version of this bill. */
  readonly version: 1;
  /** What the bill is of, and when in its life it was drawn up. */
  readonly metadata: {
    /** Before it is built: the list is read from the lock. */
    readonly lifecycles: readonly { readonly phase: "pre-build" }[];
    /** The program. */
    readonly component: SbomComponent;
  };
  /** The packages, by name. */
  readonly components: readonly SbomComponent[];
  /** What needs what; the program comes first. */
  readonly dependencies: readonly {
    /** `bom-ref` of what needs. */
    readonly ref: string;
    /** `bom-ref`s of what it needs. */
    readonly dependsOn: readonly string[];
  }[];
}

/** The program or a package in a bill. */
export interface SbomComponent {
  /** The program is an application, a package a library. */
  readonly type: "application" | "library";
  /** Its name within the bill: `name@version`. */
  readonly "bom-ref": string;
  /** The part of its name before the slash, `@` included. */
  readonly group?: string;
  /** Name without group. */
  readonly name: string;
  /** Exact version. */
  readonly version: string;
  /** `required` by the program, or `excluded` from it: for tests only. */
  readonly scope?: "required" | "excluded";
  /** Digest of the archive, in lower-case hex. */
  readonly hashes?: readonly {
    /** Always SHA-512. */
    readonly alg: "SHA-512";
    /** 128 digits. */
    readonly content: string;
  }[];
  /** Its one licence. */
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  /** Where it comes from, as a package URL. */
  readonly purl?: string;
}

/**
 * The bill of materials of a project and its lock.
 *
 * Equal input gives equal bytes: it holds no time and no random number.
 *
 * Throws a RangeError when the lock holds what the bill cannot tell: something
 * that is not from npm, a package without a line in {@link PACKAGES}, or one
 * that depends on what is not there.
 */
export function sbomOf(lock: Lock, project: Project): Sbom {
  const keys = Object.keys(lock.npm);
  const direct = Object.entries(lock.specifiers)
    .map(([specifier, version]) =>
      lockedKey(keys, askedFor(specifier, version))
    )
    .sort();
  const needs = new Map(keys.map((key) => [key, needsOf(lock, key)]));
  const shipped = closure(
    needs,
    direct.filter((key) => !noteOf(key).testsOnly),
  );
  const program: SbomComponent = {
    type: "application",
    "bom-ref": `${project.name}@${project.version}`,
    ...nameOf(project.name),
    version: project.version,
    licenses: [{ license: { id: project.license } }],
  };
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { lifecycles: [{ phase: "pre-build" }], component: program },
    components: keys.map((key) => componentOf(lock, key, shipped.has(key))),
    dependencies: [
      { ref: program["bom-ref"], dependsOn: direct },
      ...keys.map((ref) => ({ ref, dependsOn: needs.get(ref) ?? [] })),
    ],
  };
}

function componentOf(
  lock: Lock,
  key: string,
  isShipped: boolean,
): SbomComponent {
  const [name, version] = partsOf(key);
  return {
    type: "library",
    "bom-ref": key,
    ...nameOf(name),
    version,
    scope: isShipped ? "required" : "excluded",
    hashes: [{ alg: "SHA-512", content: digestOf(lock.npm[key].integrity) }],
    licenses: [{ license: { id: noteOf(key).licence } }],
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  };
}

/** `name@version` that a specifier asks for. */
function askedFor(specifier: string, version: string): string {
  const match = /^npm:(@?[^@]+)@/.exec(specifier);
  if (match === null) throw new RangeError(`${specifier} is not from npm`);
  return `${match[1]}@${version}`;
}

/** Keys of the packages that a package needs. */
function needsOf(lock: Lock, key: string): string[] {
  const { dependencies = [], optionalDependencies = [] } = lock.npm[key];
  const keys = Object.keys(lock.npm);
  return [...dependencies, ...optionalDependencies]
    .map((wanted) => lockedKey(keys, wanted)).sort();
}

/** The key for a name, with or without a version. */
function lockedKey(keys: readonly string[], wanted: string): string {
  const key = keys.find((key) => key === wanted) ??
    keys.find((key) => partsOf(key)[0] === wanted);
  if (key === undefined) throw new RangeError(`${wanted} is not in the lock`);
  return key;
}

/** Everything that some packages need, with themselves. */
function closure(
  needs: ReadonlyMap<string, readonly string[]>,
  from: readonly string[],
): Set<string> {
  const reached = new Set(from);
  for (const key of reached) {
    for (const other of needs.get(key) ?? []) reached.add(other);
  }
  return reached;
}

/**
 * Name and version of a key. What follows a `_` tells apart packages that found
 * different peers, and is part of neither.
 */
function partsOf(key: string): [string, string] {
  const match = /^(@?[^@]+)@([^_]+)/.exec(key);
  if (match === null) throw new RangeError(`${key} is no package`);
  return [match[1], match[2]];
}

function noteOf(key: string): PackageNote {
  const [name] = partsOf(key);
  if (!Object.hasOwn(PACKAGES, name)) {
    throw new RangeError(`${name} has no line in the table of packages`);
  }
  return PACKAGES[name];
}

/** A name in the two parts that a bill has for it. */
function nameOf(name: string): { group?: string; name: string } {
  const slash = name.indexOf("/");
  return slash < 0
    ? { name }
    : { group: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** Hex digits of a digest given as `sha512-` and base64. */
function digestOf(integrity: string): string {
  const match = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity);
  if (match === null) throw new RangeError(`${integrity} is no SHA-512`);
  return Array.from(
    atob(match[1]),
    (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"),
  ).join("");
}
