/** Pages of the documentation, as tests look at them. @module */

/** Code blocks of a language in a page, in order. */
export function codeBlocks(page: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm");
  return [...page.matchAll(pattern)].map(([, code]) => code);
}
