/** The assertions of tests: `@std/assert` with types. @module */

// @ts-types="./assert.d.ts"
export * from "deno-std/assert";
