// Steps that can be taken back: cells as they were, and the order of the rows as it was. A step undone is its own redo.
import { type State, read, write } from "./cells";

export interface Step {
  body: HTMLElement;
  cells: Map<HTMLElement, State>;
  order?: Element[];
}

const MOST = 200;

export class Steps {
  private done: Step[] = [];
  private undone: Step[] = [];

  push(step: Step): void {
    this.done.push(step);
    if (this.done.length > MOST) this.done.shift();
    this.undone = [];
  }

  /** Takes the last step back, or does the last one taken back again; answers the cell or row to look at. */
  turn(back: boolean): Step | null {
    const step = (back ? this.done : this.undone).pop();
    if (!step) return null;
    (back ? this.undone : this.done).push(step);
    for (const [cell, state] of step.cells) {
      step.cells.set(cell, read(cell));
      write(cell, state);
    }
    if (step.order) {
      const now = [...step.body.children];
      step.body.replaceChildren(...step.order);
      step.order = now;
    }
    return step;
  }
}
