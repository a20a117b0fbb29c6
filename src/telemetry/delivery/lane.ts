/** A lane of the outbox: frames of one kind, first in, first out. @module */
import type { Body } from "../frame.ts";

/** Fewest frames taken that are let go of together. */
const FORGET_AT = 32;

/** Frames that wait, in order. */
export class Lane {
  /** Bytes of all of them. */
  bytes = 0;
  /** Place of each in the order of all lanes. */
  #orders: number[] = [];
  #bodies: Body[] = [];
  #head = 0;

  /** Frames that wait. */
  get length(): number {
    return this.#bodies.length - this.#head;
  }

  /** Place of the first frame in the order of all lanes; none is last. */
  get order(): number {
    return this.length === 0 ? Infinity : this.#orders[this.#head];
  }

  /** The first frame, which must be there. */
  get first(): Body {
    return this.#bodies[this.#head];
  }

  /** Puts a frame at the end. */
  push(order: number, body: Body): void {
    this.#orders.push(order);
    this.#bodies.push(body);
    this.bytes += body.bytes;
  }

  /** Takes the first frame, which must be there. */
  shift(): Body {
    const body = this.#bodies[this.#head++];
    this.bytes -= body.bytes;
    // Now and then what was taken is let go of.
    if (this.#head >= FORGET_AT && 2 * this.#head > this.#bodies.length) {
      this.#bodies = this.#bodies.slice(this.#head);
      this.#orders = this.#orders.slice(this.#head);
      this.#head = 0;
    }
    return body;
  }
}
