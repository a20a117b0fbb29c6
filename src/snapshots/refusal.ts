/** Refusals of snapshots. @module */
import { type Refuse, refusedAs, unusableAs } from "../base/refusal.ts";

/** A snapshot that cannot be used: exit code 2. */
export const unusable: Refuse = unusableAs("snapshot");

/** A snapshot refused for security: a digest, a signature, hooks; exit 5. */
export const refused: Refuse = refusedAs("snapshot");
