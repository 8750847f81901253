// The keyboard on a board: arrows go from card to card; Space lifts one, arrows choose a column, Space or Enter drops it.
import type { Board } from "./board";

class Keys {
  private lifted: HTMLElement | null = null;
  private over: HTMLElement | null = null;

  constructor(private readonly board: Board) {
    board.root.addEventListener("keydown", (event) => this.pressed(event));
    board.root.addEventListener("focusout", (event) => {
      if (this.lifted && event.relatedTarget !== this.lifted.querySelector(".bname")) this.cancel();
    });
    board.root.addEventListener("focusin", (event) => {
      const card = (event.target as Element).closest<HTMLElement>(".bcard");
      if (!card) return;
      for (const other of board.cards(board.of(card))) other.querySelector<HTMLElement>(".bname")!.tabIndex = other === card ? 0 : -1;
    });
  }

  private pressed(event: KeyboardEvent): void {
    const name = (event.target as Element).closest<HTMLElement>(".bname");
    const card = name?.closest<HTMLElement>(".bcard");
    if (!card || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!(this.lifted ? this.carry(event.code) : this.walk(card, event.code))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private walk(card: HTMLElement, code: string): boolean {
    switch (code) {
      case "ArrowDown":
      case "ArrowUp":
        return this.step(card, code === "ArrowDown" ? 1 : -1);
      case "ArrowRight":
      case "ArrowLeft":
        return this.aside(card, code === "ArrowRight" ? 1 : -1);
      case "Space":
        this.lift(card);
        return true;
    }
    return false;
  }

  private step(card: HTMLElement, by: 1 | -1): boolean {
    const cards = this.board.cards(this.board.of(card));
    const next = cards[cards.indexOf(card) + by];
    if (next) this.board.focus(next);
    return true;
  }

  /** The card at the same height in the next column that has any. */
  private aside(card: HTMLElement, by: 1 | -1): boolean {
    const columns = this.board.columns();
    const top = card.getBoundingClientRect().top;
    for (let at = columns.indexOf(this.board.of(card)) + by; columns[at]; at += by) {
      const cards = this.board.cards(columns[at]!);
      const nearest = cards.reduce<HTMLElement | null>((best, each) => {
        const away = (of: HTMLElement) => Math.abs(of.getBoundingClientRect().top - top);
        return best === null || away(each) < away(best) ? each : best;
      }, null);
      if (nearest) {
        this.board.focus(nearest);
        return true;
      }
    }
    return true;
  }

  private lift(card: HTMLElement): void {
    if (card.dataset.fixed !== undefined || this.board.open(card).length === 0) return this.board.say("sayFixed");
    this.lifted = card;
    this.over = null;
    this.board.held = true;
    card.classList.add("lifted", "carried");
    this.board.say("sayLifted", this.board.title(card), this.board.of(card).dataset.label!);
  }

  private carry(code: string): boolean {
    const card = this.lifted!;
    if (code === "Escape") {
      this.cancel();
      return true;
    }
    if (code === "Space" || code === "Enter" || code === "NumpadEnter") {
      const over = this.over;
      this.release();
      if (over) void this.board.place(card, over);
      else this.board.say("sayBack", this.board.title(card), this.board.of(card).dataset.label!);
      return true;
    }
    if (code === "ArrowRight" || code === "ArrowLeft") this.choose(card, code === "ArrowRight" ? 1 : -1);
    return code.startsWith("Arrow");
  }

  private choose(card: HTMLElement, by: 1 | -1): void {
    const [columns, open, home] = [this.board.columns(), this.board.open(card), this.board.of(card)];
    const possible = columns.filter((column) => column === home || open.includes(column));
    const next = possible[possible.indexOf(this.over ?? home) + by];
    if (!next) return;
    this.over = next === home ? null : next;
    this.board.target(this.over, card);
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    const sum = this.over ? this.board.sumWith(next, card) : "";
    this.board.say("sayOver", sum ? `${next.dataset.label}, ${this.board.words("dropSum", sum)}` : next.dataset.label!);
  }

  private cancel(): void {
    const card = this.lifted!;
    this.release();
    this.board.say("sayBack", this.board.title(card), this.board.of(card).dataset.label!);
  }

  private release(): void {
    this.lifted?.classList.remove("lifted", "carried");
    this.lifted = this.over = null;
    this.board.held = false;
    this.board.target(null);
  }
}

export function startKeys(board: Board): void {
  new Keys(board);
}
