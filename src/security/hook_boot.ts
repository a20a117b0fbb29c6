/**
 * What runs inside the sandbox of a hook: two functions that leave this
 * program as text.
 *
 * The outer worker has no permissions and runs {@link boot} alone. It starts a
 * worker of its own with a limit to its memory, which inherits the lack of
 * permissions and runs {@link host}; that one loads the hook and answers
 * calls. As both become text, they use nothing but their arguments and what
 * the language and the runtime have by themselves.
 *
 * @module
 */

/** Words of shared memory before the bytes of a request or reply. */
export const CONTROL = {
  /** Rises by one with every request. */
  request: 0,
  /** Bytes of the request, then of the reply. */
  length: 1,
  /** What came of the request, see REPLY. */
  reply: 2,
  /** What has ended: nobody answers any more, or nobody asks, see END. */
  end: 3,
} as const;

/** How a sandbox ends. */
export const END = {
  /** Not yet. */
  none: 0,
  /** The thread is gone that would have answered. */
  gone: 1,
  /** The thread is to leave: nobody will ask again. */
  leave: 2,
} as const;

/** What can come of a request. */
export const REPLY = {
  /** Nothing yet. */
  none: 0,
  /** The answer; after loading, the hook's names. */
  done: 1,
  /** An answer that has more bytes than there is room for. */
  tooLong: 2,
  /** A fault: the rule, a blank, and what is wrong. */
  fault: 3,
} as const;

/** Bytes before those of a request or reply. */
export const HEAD_BYTES = 16;
/** Most bytes of a request or reply. */
export const MESSAGE_BYTES_MAX = 16 * 1024;

/** Memory of a hook, in MiB: for what lives long, and for what is new. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };

/** What a sandbox is started with. */
export interface BootData {
  /** Shared memory of control words and bytes. */
  readonly memory: SharedArrayBuffer;
  /** The program of the inner worker, as an address. */
  readonly host: string;
  /** The hook's source, as an address. */
  readonly source: string;
}

/** Names of the language that a hook can use. */
const NAMES = [
  "Object",
  "Array",
  "String",
  "Number",
  "Boolean",
  "Symbol",
  "BigInt",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "JSON",
  "Math",
  "Reflect",
  "Proxy",
  "Promise",
  "RegExp",
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SuppressedError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Iterator",
  "parseInt",
  "parseFloat",
  "isNaN",
  "isFinite",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "globalThis",
  "undefined",
  "NaN",
  "Infinity",
] as const;

/** The program of the outer worker, as an address. */
export function bootAddress(): string {
  const numbers = JSON.stringify({ CONTROL, REPLY, END, HEAD_BYTES, LIMITS });
  return addressOf(
    `import { Worker } from "node:worker_threads";\n(${boot})(Worker, ${numbers});`,
  );
}

/** The program of the inner worker, as an address. */
export function hostAddress(): string {
  const numbers = JSON.stringify({
    CONTROL,
    REPLY,
    END,
    HEAD_BYTES,
    MESSAGE_BYTES_MAX,
    NAMES,
  });
  return addressOf(
    `import { workerData } from "node:worker_threads";\nconst close = globalThis.close.bind(globalThis);\nawait (${host})(workerData, close, ${numbers});`,
  );
}

/** A module's text as an address that can be imported without permissions. */
export function addressOf(text: string): string {
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`;
}

/** The inner worker, as far as it is used; of `node:worker_threads`. */
interface Inner {
  on(event: "error", listen: (error: unknown) => void): void;
  on(event: "exit", listen: () => void): void;
}

/** Makes an inner worker. */
type InnerWorker = new (
  program: URL,
  options: {
    readonly workerData: BootData;
    readonly resourceLimits: typeof LIMITS;
    readonly env: Readonly<Record<string, string>>;
    readonly stdout: boolean;
    readonly stderr: boolean;
  },
) => Inner;

/** Runs in the outer worker: starts the inner one, and tells of its end. */
function boot(
  Worker: InnerWorker,
  numbers: {
    readonly CONTROL: typeof CONTROL;
    readonly REPLY: typeof REPLY;
    readonly END: typeof END;
    readonly HEAD_BYTES: typeof HEAD_BYTES;
    readonly LIMITS: typeof LIMITS;
  },
): void {
  const { CONTROL: word, REPLY: reply, END: end } = numbers;
  const { HEAD_BYTES: headBytes, LIMITS: resourceLimits } = numbers;
  // The worker's side of a worker; the libraries of pages do not know it.
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<BootData>) => void;
  };
  scope.onmessage = ({ data }) => {
    const control = new Int32Array(data.memory, 0, 4);
    const tell = (reason: string) => {
      Atomics.store(control, word.end, end.gone);
      // Whoever waits need not wait until the deadline.
      if (Atomics.load(control, word.reply) !== reply.none) return;
      const said = new TextEncoder().encode(`H9 ${reason}`);
      new Uint8Array(data.memory, headBytes).set(said);
      Atomics.store(control, word.length, said.length);
      Atomics.store(control, word.reply, reply.fault);
      Atomics.notify(control, word.reply);
    };
    const inner = new Worker(new URL(data.host), {
      workerData: data,
      resourceLimits,
      env: {},
      stdout: true,
      stderr: true,
    });
    inner.on("error", (error) => {
      const { message } = Object(error) as { readonly message?: unknown };
      tell(String(message ?? error).slice(0, 200));
    });
    inner.on("exit", () => {
      tell("its thread ended");
      // Ended from outside, this thread would take the inner one's end from it.
      globalThis.close();
    });
  };
}

/**
 * Runs in the inner worker: takes everything away that is not plain language,
 * loads the hook, says so, and answers one request after the other. It never
 * gives the event loop a turn, so promises and callbacks of a hook never run,
 * and calls nothing of the runtime that is written in the language: a hook may
 * have changed what that relies on.
 */
async function host(
  { memory, source }: BootData,
  close: () => void,
  numbers: {
    readonly CONTROL: typeof CONTROL;
    readonly REPLY: typeof REPLY;
    readonly END: typeof END;
    readonly HEAD_BYTES: typeof HEAD_BYTES;
    readonly MESSAGE_BYTES_MAX: typeof MESSAGE_BYTES_MAX;
    readonly NAMES: typeof NAMES;
  },
): Promise<void> {
  // What is needed later is kept: a hook may exchange what it can reach.
  const { CONTROL: word, REPLY: reply, END: end } = numbers;
  const { MESSAGE_BYTES_MAX: bytesMax } = numbers;
  const control = new Int32Array(memory, 0, 4);
  const bytes = new Uint8Array(memory, numbers.HEAD_BYTES, bytesMax);
  const { load, store, wait, notify } = Atomics;
  const { parse, stringify } = JSON;
  const { freeze, keys, defineProperty, getPrototypeOf } = Object;
  const { apply, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const text = String;
  const isArray = Array.isArray;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const encode = encoder.encode.bind(encoder);
  const decode = decoder.decode.bind(decoder);

  /** Replies; of the runtime, nothing is called that a hook could meddle with. */
  const answer = (code: number, said: string) => {
    const encoded = encode(said);
    if (encoded.length > bytesMax) {
      store(control, word.length, 0);
      store(control, word.reply, reply.tooLong);
    } else {
      bytes.set(encoded);
      store(control, word.length, encoded.length);
      store(control, word.reply, code);
    }
    notify(control, word.reply);
  };

  /**
   * Waits for a request after those that were seen. Gives false when there is
   * none: the thread ends, without a turn for promises that were left behind.
   */
  const awaitRequest = (seen: number): boolean => {
    while (load(control, word.request) === seen) {
      wait(control, word.request, seen);
    }
    if (load(control, word.end) !== end.leave) return true;
    close();
    return false;
  };

  const refuse = (rule: string, reason: string): void => {
    answer(reply.fault, `${rule} ${reason}`);
    // Nobody asks for anything now but to leave.
    awaitRequest(0);
  };

  /** What an error says; a hook may throw anything. */
  const reasonOf = (error: unknown): string => {
    try {
      const { message } = error as { readonly message?: unknown };
      const said = text(message ?? error);
      let short = "";
      for (let i = 0; i < 200 && i < said.length; i++) short += said[i];
      return short;
    } catch {
      return "it threw something that cannot be read";
    }
  };

  // Text must not become code: all that could make it so must refuse.
  const makers = [
    getPrototypeOf(function () {}),
    getPrototypeOf(async function () {}),
    getPrototypeOf(function* () {}),
    getPrototypeOf(async function* () {}),
  ];
  for (const maker of makers) {
    let made = true;
    try {
      maker.constructor("return 1");
    } catch {
      made = false;
    }
    if (made) {
      return refuse(
        "H5",
        "in this process text can become code; it must be started with --v8-flags=--disallow-code-generation-from-strings",
      );
    }
    deleteProperty(maker, "constructor");
  }

  // Whatever is not plain language goes, from the global object and from what
  // it inherits.
  const allowed = new Set<PropertyKey>(numbers.NAMES);
  for (
    let holder: object = globalThis;
    holder !== Object.prototype;
    holder = getPrototypeOf(holder)
  ) {
    for (const key of ownKeys(holder)) {
      if (holder === globalThis && allowed.has(key)) continue;
      deleteProperty(holder, key);
      // Some names come back by themselves.
      if (getOwnPropertyDescriptor(holder, key) === undefined) continue;
      defineProperty(holder, key, { value: undefined });
      const left = getOwnPropertyDescriptor(holder, key);
      if (left === undefined || left.value === undefined && !left.get) continue;
      return refuse("H7", `${text(key)} cannot be taken away from it`);
    }
  }

  // What differs from machine to machine, or from call to call, throws.
  const silence = (holder: object, key: string) =>
    defineProperty(holder, key, {
      value: () => {
        throw new Error(`${key} is not for hooks: equal calls, equal answers`);
      },
      writable: false,
      configurable: false,
    });
  silence(Math, "random");
  for (
    const { prototype } of [Object, Array, Number, BigInt, String] as const
  ) {
    for (const key of ownKeys(prototype)) {
      const name = text(key);
      if (name.startsWith("toLocale") || name === "localeCompare") {
        silence(prototype, name);
      }
    }
  }
  deleteProperty(Error, "captureStackTrace");
  for (
    const [key, value] of [
      ["stackTraceLimit", 0],
      ["prepareStackTrace", undefined],
    ] as const
  ) {
    defineProperty(Error, key, { value, writable: false, configurable: false });
  }
  // What was last looked for in a text, which may have been somebody else's.
  for (const key of ownKeys(RegExp)) {
    const { get } = getOwnPropertyDescriptor(RegExp, key) ?? {};
    if (get !== undefined && key !== Symbol.species) {
      deleteProperty(RegExp, key);
    }
  }

  /** Freezes a value that came as JSON, to its leaves. */
  const freezeAll = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      freezeAll((value as Readonly<Record<string, unknown>>)[names[i]]);
    }
    freeze(value);
  };

  /** A generator of numbers, 0 to below 1, from four words: sfc32. */
  const generator = (words: readonly number[]) => {
    let a = words[0];
    let b = words[1];
    let c = words[2];
    let d = words[3];
    const next = () => {
      const out = (a + b + d) >>> 0;
      d = (d + 1) >>> 0;
      a = (b ^ (b >>> 9)) >>> 0;
      b = (c + (c << 3)) >>> 0;
      c = (((c << 21) | (c >>> 11)) + out) >>> 0;
      return out;
    };
    return () => {
      const high = next() >>> 5;
      const low = next() >>> 6;
      return (high * 67108864 + low) / 9007199254740992;
    };
  };

  let call: (this: unknown, context: unknown) => unknown;
  let self: unknown;
  try {
    const module: { readonly default?: unknown } = await import(source);
    const hook = module.default as
      | {
        readonly names?: unknown;
        readonly call?: unknown;
      }
      | null
      | undefined;
    if (typeof hook !== "object" || hook === null) {
      throw new Error("its default export is no object");
    }
    const { names } = hook;
    if (typeof hook.call !== "function") {
      throw new Error("it has no function named call");
    }
    if (!isArray(names)) throw new Error("it has no list named names");
    call = hook.call as typeof call;
    self = hook;
    const listed: unknown = stringify(names);
    if (typeof listed !== "string") {
      throw new Error("it has no list named names");
    }
    if (listed.length > bytesMax) throw new Error("it has too many names");
    answer(reply.done, listed);
  } catch (error) {
    return refuse("H8", reasonOf(error));
  }

  for (let seen = 0; awaitRequest(seen); seen = (seen + 1) | 0) {
    try {
      const length = load(control, word.length);
      const context = parse(decode(bytes.slice(0, length)));
      const random = generator(context.rng);
      context.rng = random;
      freezeAll(context);
      const said = stringify(apply(call, self, [context]));
      if (typeof said !== "string") throw new Error("it answered nothing");
      answer(reply.done, said);
    } catch (error) {
      answer(reply.fault, `H9 it threw: ${reasonOf(error)}`);
    }
  }
}
