/** What is allowed in a configuration but probably not meant. @module */
import type { Config } from "./config.ts";
import { objectsOf, residentsOf } from "./inhabitants.ts";

/**
 * Sentences about what will have no effect, each beginning with its key.
 *
 * `given` are objects a manifest brings, if it is not the built-in one.
 */
export function configWarnings(
  config: Config,
  given: readonly { readonly id: string; readonly type: string }[] = [],
): readonly string[] {
  return [
    ...meetingWarnings(config, given),
    ...overrideWarnings(config),
    ...policyWarnings(config),
  ];
}

/** Meetings at places that do not exist. */
function meetingWarnings(
  config: Config,
  given: readonly { readonly id: string; readonly type: string }[],
): readonly string[] {
  const places = new Set(
    [...objectsOf(config), ...given].flatMap(({ id, type }) => [id, type]),
  );
  return Object.entries(config.perturbations.events).flatMap(([name, spec]) =>
    spec.kind !== "arranged_meet" || places.has(spec.location)
      ? []
      : `perturbations.events.${name}.location: no object has the id or type ${spec.location}, so this never happens`
  );
}

/** Personalities of residents that do not live here. */
function overrideWarnings(config: Config): readonly string[] {
  const residents = new Set(residentsOf(config).map(({ id }) => id));
  return Object.keys(config.personalities.overrides)
    .filter((id) => !residents.has(id))
    .map((id) =>
      `personalities.overrides.${id}: nobody has this id at the start`
    );
}

/** A blend of policies without a learned one, or without a share for it. */
function policyWarnings({ policy }: Config): readonly string[] {
  const { backend, blend } = policy;
  if (!blend.enabled) return [];
  if (!backend.startsWith("onnx:")) {
    return [
      `policy.blend: has no learned policy to share decisions with while policy.backend is ${backend}`,
    ];
  }
  return blend.ratio > 0
    ? []
    : ["policy.blend.ratio: 0 shares nothing, policy.backend decides alone"];
}
