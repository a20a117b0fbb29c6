/** The form of a configuration as JSON Schema, for editors. @module */
import { z } from "zod";
import { SECTIONS } from "./config.ts";

/** A JSON Schema (draft 2020-12), as far as this program reads it. */
export interface JsonSchema {
  /** What it is about. */
  readonly description?: string;
  /** Kind of the value, or all its kinds. */
  readonly type?: string | readonly string[];
  /** Keys of a mapping. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Keys a mapping must have. */
  readonly required?: readonly string[];
  /** Other keys of a mapping, or false: none. */
  readonly additionalProperties?: JsonSchema | boolean;
  /** Other keys of a mapping, by regular expression. */
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  /** What the names of keys are like. */
  readonly propertyNames?: JsonSchema;
  /** Items of a list. */
  readonly items?: JsonSchema | boolean;
  /** First items of a list, one by one. */
  readonly prefixItems?: readonly JsonSchema[];
  /** Alternatives, exactly one of which fits. */
  readonly oneOf?: readonly JsonSchema[];
  /** Alternatives. */
  readonly anyOf?: readonly JsonSchema[];
  /** The only value. */
  readonly const?: unknown;
  /** The only values. */
  readonly enum?: readonly unknown[];
  /** Value of a key that is left out. */
  readonly default?: unknown;
  /** Least number. */
  readonly minimum?: number;
  /** Number all others are above. */
  readonly exclusiveMinimum?: number;
  /** Largest number. */
  readonly maximum?: number;
  /** Everything else that a validator reads. */
  readonly [keyword: string]: unknown;
}

/** JSON Schema of a whole file. */
export function jsonSchema(): JsonSchema {
  const schema = schemaOf(z.strictObject(SECTIONS));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Townlet configuration",
    ...schema,
    properties: {
      ...schema.properties,
      meta: { description: "Anything; not read" },
      docs: { description: "Anything; not read" },
    },
    patternProperties: { "^x-": { description: "Anything; not read" } },
  };
}

/** JSON Schema of what one zod schema accepts. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    reused: "inline",
    override: ({ jsonSchema }) => {
      // The bounds of exact whole numbers say nothing about a key.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
    },
  });
  return rest as JsonSchema;
}
