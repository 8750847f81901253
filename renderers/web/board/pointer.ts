// Dragging a card by mouse, pen and finger. A finger lifts after a moment of rest, so that columns scroll as ever.
import { swallowClick } from "../presses";
import { toast } from "../toasts";
import type { Board } from "./board";

const AWAY = 5; // pixels that a mouse moves before a press is a drag
const REST = 320; // milliseconds that a finger rests before it lifts
const SHAKE = 9; // pixels that a resting finger may move
const EDGE = 56; // pixels from the edge of the board where it scrolls by itself
const SPEED = 14;

class Drag {
  private ghost: HTMLElement | null = null;
  private over: HTMLElement | null = null;
  private shut: HTMLElement | null = null;
  private timer = 0;
  private frame = 0;
  private at: { x: number; y: number };
  private readonly ending = new AbortController();
  private readonly touch: boolean;

  constructor(
    private readonly board: Board,
    private readonly card: HTMLElement,
    private readonly start: PointerEvent,
  ) {
    this.at = { x: start.clientX, y: start.clientY };
    this.touch = start.pointerType === "touch";
    const { signal } = this.ending;
    window.addEventListener("pointermove", (event) => this.move(event), { signal });
    window.addEventListener("pointerup", (event) => this.up(event), { signal });
    window.addEventListener("pointercancel", () => this.end(), { signal });
    window.addEventListener("blur", () => this.end(), { signal });
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    // a finger that has lifted a card scrolls nothing, and opens no menu of the browser
    window.addEventListener("touchmove", (event) => this.ghost && event.cancelable && event.preventDefault(), { signal, passive: false });
    if (this.touch) {
      window.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
      this.timer = window.setTimeout(() => this.lift(), REST);
    }
  }

  private move(event: PointerEvent): void {
    if (event.pointerId !== this.start.pointerId) return;
    this.at = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(this.at.x - this.start.clientX, this.at.y - this.start.clientY);
    if (!this.ghost && this.touch && far > SHAKE) this.end();
    else if (!this.ghost && !this.touch && far > AWAY) this.lift();
    else if (this.ghost) this.follow();
  }

  private lift(): void {
    const box = this.card.getBoundingClientRect();
    this.board.held = true;
    swallowClick(); // what ends a drag is no press on the link under the pointer
    this.ghost = this.card.cloneNode(true) as HTMLElement;
    this.ghost.classList.add("ghost");
    this.ghost.removeAttribute("data-card");
    this.ghost.setAttribute("aria-hidden", "true");
    this.ghost.style.width = `${box.width}px`;
    this.ghost.style.left = `${box.left - this.start.clientX}px`;
    this.ghost.style.top = `${box.top - this.start.clientY}px`;
    this.board.root.append(this.ghost);
    this.card.classList.add("lifted");
    this.board.root.classList.add("dragging");
    for (const column of this.board.columns()) column.classList.toggle("shut", column !== this.board.of(this.card) && !this.board.open(this.card).includes(column));
    if (this.touch) navigator.vibrate?.(12);
    this.follow();
    this.scroll();
  }

  private follow(): void {
    this.ghost!.style.translate = `${this.at.x}px ${this.at.y}px`;
    const under = document.elementFromPoint(this.at.x, this.at.y);
    const chip = under?.closest<HTMLElement>("[data-chip]");
    const column = chip ? this.board.column(chip.dataset.chip!) : (under?.closest<HTMLElement>(".bcol") ?? null);
    const now = column && this.board.open(this.card).includes(column) ? column : null;
    this.shut = column && !now && column !== this.board.of(this.card) ? column : null;
    if (now === this.over) return;
    this.over = now;
    this.board.target(now, this.card);
  }

  /** The board goes on by itself while the card is held at its edge. */
  private scroll(): void {
    const box = this.board.root.querySelector<HTMLElement>(".bcols")!;
    const edge = box.getBoundingClientRect();
    const step = this.at.x < edge.left + EDGE ? -SPEED : this.at.x > edge.right - EDGE ? SPEED : 0;
    if (step && this.at.y > edge.top) {
      box.classList.add("sliding");
      box.scrollLeft += step;
      this.follow();
    }
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  private up(event: PointerEvent): void {
    if (event.pointerId !== this.start.pointerId) return;
    const { over, shut, ghost } = this;
    this.end();
    if (!ghost) return;
    if (over) void this.board.place(this.card, over);
    else if (shut) toast(this.board.words("sayClosed", shut.dataset.label!));
  }

  private key(event: KeyboardEvent): void {
    if (event.code !== "Escape" || !this.ghost) return;
    event.preventDefault();
    event.stopPropagation();
    this.end();
    this.board.say("sayBack", this.board.title(this.card), this.board.of(this.card).dataset.label!);
  }

  private end(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.ending.abort();
    this.ghost?.remove();
    this.ghost = null;
    this.card.classList.remove("lifted");
    this.board.root.classList.remove("dragging");
    this.board.root.querySelector(".bcols")?.classList.remove("sliding");
    for (const column of this.board.columns()) column.classList.remove("shut");
    this.board.target(null);
    this.board.held = false;
  }
}

export function startPointer(board: Board): void {
  board.root.addEventListener("dragstart", (event) => event.preventDefault());
  board.root.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    const card = target.closest<HTMLElement>(".bcard");
    if (!card || event.button !== 0 || !event.isPrimary || target.closest(".bmove") || card.dataset.fixed !== undefined) return;
    new Drag(board, card, event);
  });
}
