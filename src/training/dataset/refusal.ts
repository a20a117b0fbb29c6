/** Refusals of datasets. @module */
import { type Refuse, refusedAs, unusableAs } from "../../base/refusal.ts";

/** A dataset that makes no sense or cannot be used: exit code 2. */
export const unusable: Refuse = unusableAs("dataset");

/** A dataset refused for security: a digest, an unsafe path; exit code 5. */
export const refused: Refuse = refusedAs("dataset");
