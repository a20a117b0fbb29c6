/**
 * Rules R4 and N3 for `deno lint`: no code from text, no other programs, no
 * connection beside the one way out and the one way in. It looks at the syntax
 * tree of what is below `src/` and `cli/`, and at nothing else.
 * @module
 */

/** The one file that may turn text into code, in a sandbox. */
const SANDBOX = "src/security/hook_boot.ts";

/** The files that open connections. */
const DOORS = [
  "src/security/plain.ts",
  "src/security/tls.ts",
  "src/security/tls_server.ts",
];

/** Names that turn text into code, whatever stands before them. */
const MAKERS = ["eval", "Function"];

/** What is left alone of the runtime. */
const RUNTIME = [
  "Command",
  "dlopen",
  "spawn",
  "spawnAndWait",
  "spawnAndWaitSync",
  "connect",
  "connectTls",
  "createHttpClient",
  "listen",
  "startTls",
];

/** What only {@link DOORS} may use of the runtime. */
const DOORS_RUNTIME = ["listenTls"];

/** Names that send something, whatever the runtime thinks of the receiver. */
const SENDERS = ["fetch", "XMLHttpRequest", "EventSource"];

/** Modules that start programs, or turn text into code. */
const MODULES =
  /^(?:node:)?(?:child_process|cluster|inspector|module|process|repl|vm|worker_threads)(?:\/|$)/;

/** Modules that only {@link DOORS} may use. */
const DOORS_MODULES =
  /^(?:node:)?(?:dgram|dns|http|http2|https|net|quic|tls)(?:\/|$)/;

/** Keys that decide whom TLS trusts. */
const TRUST = ["rejectUnauthorized", "checkServerIdentity"];

/** The top folder of the repository, with `/` at its end. */
const ROOT = new URL("../../", import.meta.url).pathname;

const boundary: Deno.lint.Plugin = {
  name: "townlet",
  rules: {
    boundary: {
      create(context) {
        const path = context.filename.replaceAll("\\", "/");
        const file = path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
        if (!/^(?:src|cli)\//.test(file)) return {};
        const report = (node: Deno.lint.Node, what: string, rule = "R4") =>
          context.report({ node, message: `${what} (rule ${rule})` });
        return visitor(report, {
          sandbox: file === SANDBOX,
          door: DOORS.includes(file),
        });
      },
    },
  },
};
export default boundary;

/**
 * What is looked at; the sandbox may turn text into code, and a door open
 * connections, and nothing else.
 */
function visitor(
  report: (node: Deno.lint.Node, what: string, rule?: string) => void,
  { sandbox, door }: { readonly sandbox: boolean; readonly door: boolean },
): Deno.lint.LintVisitor {
  const checkModule = (node: Deno.lint.Node, name: string | undefined) => {
    if (name === undefined) return;
    if (MODULES.test(name)) report(node, `${name} is left alone`);
    if (!door && DOORS_MODULES.test(name)) {
      report(node, `${name} is for what opens connections`, "N3");
    }
  };
  const checkSender = (node: Deno.lint.Node, name: string | undefined) => {
    if (name === undefined || !SENDERS.includes(name)) return;
    report(node, `${name} trusts whom the runtime trusts`, "N3");
  };
  const checkMaker = (node: Deno.lint.Node, name: string | undefined) => {
    if (sandbox || name === undefined || !MAKERS.includes(name)) return;
    report(node, `${name} turns text into code`);
  };
  const checkConstructor = (node: Deno.lint.Node) => {
    if (sandbox || memberName(node) !== "constructor") return;
    report(node, "the constructor of a function turns text into code");
  };
  const checkTrust = (
    node: Deno.lint.Node,
    name: string | undefined,
    value: Deno.lint.Node,
  ) => {
    if (name === undefined || !TRUST.includes(name)) return;
    const isTrue = value.type === "Literal" && value.value === true;
    if (!isTrue) report(node, `${name} is true, or left alone`);
  };
  return {
    ImportDeclaration: (node) => checkModule(node, node.source.value),
    ExportAllDeclaration: (node) => checkModule(node, node.source.value),
    ExportNamedDeclaration: (node) => checkModule(node, node.source?.value),
    TSImportEqualsDeclaration: (node) =>
      report(node, "modules are imported, not required"),
    ImportExpression(node) {
      const name = textOf(node.source);
      checkModule(node, name);
      if (name !== undefined || sandbox) return;
      report(node, "import() takes a name written out");
    },
    Identifier(node) {
      checkMaker(node, node.name);
      if (!isMember(node)) checkSender(node, node.name);
      switch (node.name) {
        case "globalThis":
          if (sandbox || isNarrowed(node)) return;
          return report(node, "globalThis has its members written out");
        case "process":
          if (!isObject(node)) return;
          return report(node, "process of Node can load anything");
        case "Deno": {
          if (node.parent.type === "TSQualifiedName") return;
          const name = isObject(node) ? memberName(node.parent) : undefined;
          if (name === undefined) {
            report(node, "Deno has its members written out");
          } else if (RUNTIME.includes(name)) {
            report(node, `Deno.${name} is left alone`);
          } else if (!door && DOORS_RUNTIME.includes(name)) {
            report(node, `Deno.${name} is for what opens connections`, "N3");
          }
        }
      }
    },
    MemberExpression(node) {
      if (node.computed) checkMaker(node, memberName(node));
      if (isGlobal(node.object)) checkSender(node, memberName(node));
      if (node.computed && memberName(node) === "Deno") {
        report(node, "Deno has its members written out");
      }
      checkConstructor(node);
    },
    "ObjectPattern > Property": checkConstructor,
    Property: (node) => checkTrust(node, memberName(node), node.value),
    AssignmentExpression: (node) =>
      checkTrust(node, memberName(node.left), node.right),
  };
}

/** Whether a name is what a member is taken of. */
function isObject(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  return parent.type === "MemberExpression" && parent.object === node;
}

/** Whether a name is that of a member, of whatever there is. */
function isMember(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  return (parent.type === "MemberExpression" && parent.property === node &&
    !parent.computed) ||
    (parent.type === "Property" && parent.key === node && !parent.computed &&
      !parent.shorthand) ||
    ((parent.type === "MethodDefinition" ||
      parent.type === "PropertyDefinition") && parent.key === node);
}

/** Whether something is `globalThis`, whatever its type is said to be. */
function isGlobal(node: Deno.lint.Node): boolean {
  const inner = node.type === "TSAsExpression" ? node.expression : node;
  return inner.type === "Identifier" && inner.name === "globalThis";
}

/** Whether only members known by name can be reached through a name. */
function isNarrowed(node: Deno.lint.Identifier): boolean {
  let inner: Deno.lint.Node = node;
  let outer: Deno.lint.Node = node.parent;
  let literal = false;
  while (outer.type === "TSAsExpression") {
    literal = outer.typeAnnotation.type === "TSTypeLiteral";
    [inner, outer] = [outer, outer.parent];
  }
  return literal ||
    (outer.type === "MemberExpression" && outer.object === inner &&
      memberName(outer) !== undefined);
}

/** The name of a member or property that is written out, else undefined. */
function memberName(node: Deno.lint.Node): string | undefined {
  if (node.type !== "MemberExpression" && node.type !== "Property") {
    return undefined;
  }
  const key: Deno.lint.Node = node.type === "Property"
    ? node.key
    : node.property;
  if (!node.computed && key.type === "Identifier") return key.name;
  return textOf(key);
}

/** The text of a string that is written out, else undefined. */
function textOf(node: Deno.lint.Node): string | undefined {
  return node.type === "Literal" && typeof node.value === "string"
    ? node.value
    : undefined;
}
