/** Configurations for tests, as text. @module */
import { ConfigError } from "../../src/config/fault.ts";
import { loadConfig, type LoadOptions } from "../../src/config/load.ts";

/** The shortest configuration there is: three lines. */
export const SHORTEST = `config_id: t
features: { stages: {}, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
`;

/** {@link SHORTEST} and more lines, the first of which is line 4. */
export function withLines(more: string): string {
  return `${SHORTEST}${more}\n`;
}

/** Every line that refuses `text`; throws if it is not refused. */
export async function faultLines(
  text: string,
  options: LoadOptions = {},
): Promise<readonly string[]> {
  try {
    await loadConfig(text, { file: "t.yaml", ...options });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  throw new Error(`Not refused:\n${text}`);
}
