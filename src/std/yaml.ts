/** YAML of the standard library, with its types. @module */
// @ts-types="./yaml.d.ts"
export { parse, stringify } from "@std/yaml";
