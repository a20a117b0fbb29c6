/** The repository's own files, as tests look at them. @module */

/** Paths below `folder` (repository-relative, `/`-separated) that end in `ending`, sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...filesBelow(path, ending));
    else if (entry.name.endsWith(ending)) found.push(path);
  }
  return found.sort();
}

/**
 * The code of a TypeScript text: comments and the insides of strings become
 * blanks, line breaks stay, so that line numbers hold.
 */
export function codeOf(text: string): string {
  const out: string[] = [];
  const blank = (from: number, to: number) => {
    for (let k = from; k < to; k++) out.push(text[k] === "\n" ? "\n" : " ");
  };
  /** Depths of braces at which a `${` of a template began. */
  const templates: number[] = [];
  let depth = 0;
  let i = 0;
  while (i < text.length) {
    const c = text[i];
    if (text.startsWith("//", i)) {
      const end = endOr(text.indexOf("\n", i), text.length);
      blank(i, end);
      i = end;
    } else if (text.startsWith("/*", i)) {
      const end = endOr(text.indexOf("*/", i), text.length - 2) + 2;
      blank(i, end);
      i = end;
    } else if (c === '"' || c === "'") {
      const end = closing(text, i, c);
      out.push(c);
      blank(i + 1, end);
      out.push(c);
      i = end + 1;
    } else if (c === "`" || (c === "}" && templates.at(-1) === depth)) {
      if (c === "}") templates.pop();
      out.push(c);
      const end = templateEnd(text, i + 1);
      blank(i + 1, end);
      if (text[end] === "`") {
        out.push("`");
        i = end + 1;
      } else {
        templates.push(depth);
        out.push("$", "{");
        i = end + 2;
      }
    } else if (c === "/" && startsRegExp(out)) {
      const end = regExpEnd(text, i);
      out.push("/");
      blank(i + 1, end);
      out.push("/");
      i = end + 1;
    } else {
      if (c === "{") depth++;
      if (c === "}") depth--;
      out.push(c);
      i++;
    }
  }
  return out.join("");
}

/** Specifiers that a TypeScript text imports or re-exports, in order. */
export function importsOf(text: string): string[] {
  const code = codeOf(text);
  const pattern = /\b(?:from|import)\s*\(?\s*(["'])/g;
  const found: string[] = [];
  for (const match of code.matchAll(pattern)) {
    const start = match.index + match[0].length;
    found.push(text.slice(start, text.indexOf(match[1], start)));
  }
  return found;
}

/** `at`, or `otherwise` when nothing was found. */
function endOr(at: number, otherwise: number): number {
  return at < 0 ? otherwise : at;
}

/** Index of the quote that closes the one at `start`. */
function closing(text: string, start: number, quote: string): number {
  let i = start + 1;
  while (i < text.length && text[i] !== quote) i += text[i] === "\\" ? 2 : 1;
  return i;
}

/** Index of the back quote or `${` that ends the piece of a template. */
function templateEnd(text: string, start: number): number {
  let i = start;
  while (i < text.length && text[i] !== "`" && !text.startsWith("${", i)) {
    i += text[i] === "\\" ? 2 : 1;
  }
  return i;
}

/** Whether a slash after what is already out begins a regular expression. */
function startsRegExp(out: readonly string[]): boolean {
  const before = out.slice(-40).join("").trimEnd();
  return before === "" || /[(,=:[!&|?{};>]$/.test(before) ||
    /\b(?:return|of|in|case|typeof)$/.test(before);
}

/** Index of the slash that closes the regular expression at `start`. */
function regExpEnd(text: string, start: number): number {
  let inClass = false;
  let i = start + 1;
  while (i < text.length && (inClass || text[i] !== "/")) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    i++;
  }
  return i;
}
