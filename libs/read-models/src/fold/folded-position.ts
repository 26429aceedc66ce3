import type { Connection } from '../sqlite/open.ts';

/** The position of the event that is being folded, for statements as `foldedPosition()`. */
export class FoldedPosition {
  #position = 0;

  constructor(connection: Connection) {
    connection.function('foldedPosition', () => this.#position);
  }

  moveTo(position: number): void {
    this.#position = position;
  }

  /** What is done now counts from an earlier position on. */
  during(position: number, act: () => void): void {
    const now = this.#position;
    this.#position = position;
    try {
      act();
    } finally {
      this.#position = now;
    }
  }
}
