// A column of thousands of cards: pages of them come as one scrolls, those far from sight are taken out of the document.
import type { Board } from "./board";

const AHEAD = 600; // pixels before the end at which the next page is asked for
const ALIVE = 5; // pages that are not looked at for parking

export class Paging {
  private readonly scroller: HTMLElement;
  private readonly parked = new Map<HTMLElement, DocumentFragment>();
  private busy = false;

  constructor(
    private readonly board: Board,
    private readonly column: HTMLElement,
  ) {
    this.scroller = column.querySelector<HTMLElement>(".cards")!;
    this.scroller.addEventListener("scroll", () => requestAnimationFrame(() => this.look()), { passive: true });
    const more = column.querySelector<HTMLElement>(".more");
    if (more) more.hidden = true;
    this.look();
  }

  private chunks(): HTMLElement[] {
    return [...this.scroller.querySelectorAll<HTMLElement>(":scope > .chunk")];
  }

  private look(): void {
    if (!this.scroller.isConnected) return; // folded, or drawn anew meanwhile
    this.thin();
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    if (scrollTop + clientHeight + AHEAD >= scrollHeight) void this.load();
  }

  private async load(): Promise<void> {
    const last = this.chunks().at(-1);
    if (this.busy || !last?.dataset.next) return;
    this.busy = true;
    const part = await this.board.part(last.dataset.next);
    const chunk = part?.querySelector<HTMLElement>(".chunk");
    if (chunk) {
      // a card that was moved or changed meanwhile stands on the board already
      for (const card of chunk.querySelectorAll<HTMLElement>(".bcard")) if (this.board.card(card.dataset.card!) ?? this.board.aside(card.dataset.card!)) card.remove();
      last.dataset.next = "";
      last.after(chunk);
      this.board.prepare(chunk);
    } else {
      const more = this.column.querySelector<HTMLElement>(".more");
      if (more) more.hidden = false;
    }
    this.busy = false;
    if (chunk) this.look();
  }

  /** A card that is out of the document with its page. */
  aside(id: string): HTMLElement | null {
    for (const cards of this.parked.values()) {
      const found = cards.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);
      if (found) return found;
    }
    return null;
  }

  private thin(): void {
    const chunks = this.chunks();
    if (chunks.length <= ALIVE) return;
    const view = this.scroller.getBoundingClientRect();
    for (const chunk of chunks) {
      const at = chunk.getBoundingClientRect();
      const far = at.bottom < view.top - 2 * view.height || at.top > view.bottom + 2 * view.height;
      const kept = this.parked.get(chunk);
      if (far && !kept && !chunk.contains(document.activeElement)) {
        const cards = document.createDocumentFragment();
        chunk.style.height = `${at.height}px`;
        cards.append(...chunk.childNodes);
        this.parked.set(chunk, cards);
      } else if (!far && kept) {
        chunk.append(kept);
        chunk.style.height = "";
        this.parked.delete(chunk);
      }
    }
  }
}
