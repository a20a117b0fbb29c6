/** Steps copied from one place to another. @module */
import {
  createSteps,
  stepCatalogue,
  type Steps,
  type StepShape,
} from "../experience.ts";

/** Name of a column of steps. */
export type StepColumn = keyof Steps;

/** Elements of a step in each column. */
export type StepSizes = readonly (readonly [StepColumn, number])[];

/** Elements of a step in each column. */
export function stepSizes(shape: StepShape): StepSizes {
  return Object.entries(stepCatalogue(shape, 1)).map(([name, { shape }]) => [
    // The catalogue has exactly the columns of the interface.
    name as StepColumn,
    shape.reduce((product, length) => product * length, 1),
  ]);
}

/** Copies steps [start, end) to where `at` is the first. */
export function copySteps(
  sizes: StepSizes,
  from: Steps,
  [start, end]: readonly [start: number, end: number],
  to: Steps,
  at: number,
): void {
  for (const [name, size] of sizes) {
    to[name].set(from[name].subarray(start * size, end * size), at * size);
  }
}

/** Steps that grow as more are added. */
export interface GrowingSteps {
  /** The steps; room for more than there are. */
  steps: Steps;
  /** How many there are. */
  length: number;
}

/** Makes room for one more step and gives its index. */
export function addStep(shape: StepShape, growing: GrowingSteps): number {
  const room = growing.steps.action.length;
  if (growing.length === room) {
    const larger = createSteps(shape, 2 * room);
    copySteps(stepSizes(shape), growing.steps, [0, room], larger, 0);
    growing.steps = larger;
  }
  return growing.length++;
}
