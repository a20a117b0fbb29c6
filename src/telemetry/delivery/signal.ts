/** A sleep that can be cut short. @module */

/** Wakes one sleeper; who is woken before sleeping does not sleep. */
export class Signal {
  #given = false;
  #wake: (() => void) | null = null;

  /** Wakes the sleeper, or keeps the next one awake. */
  give(): void {
    this.#given = true;
    this.#wake?.();
  }

  /** Sleeps so long, or until it is woken. */
  async sleep(ms: number): Promise<void> {
    if (!this.#given && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = null;
    this.#given = false;
  }
}
