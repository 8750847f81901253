// A calendar: records placed among hours, moved to another day or hour by mouse, finger or keys, made longer at their end.
import { word } from "../dom";
import { again } from "../list/keeping";
import { sendAside } from "../sending";
import { toast } from "../toasts";
import { startDragging } from "./dragging";

export const HOUR = 48; // pixels
export const STEP = 15; // minutes that a move among hours goes by
const UNDO = 10; // seconds that the undo notice stands
const MORNING = 7; // the hour that is seen first where nothing is earlier

interface Move {
  days: number;
  minutes: number;
  end: boolean;
}

/** Moves are sent one after another, also those made before the calendar is drawn anew. */
let moving: Promise<void> = Promise.resolve();

const entryOf = (id: string): string => `.centry[data-entry="${CSS.escape(id)}"]`;
const back = (move: Move): Move => ({ ...move, days: -move.days, minutes: -move.minutes });

export class Calendar {
  constructor(readonly root: HTMLElement) {
    this.place();
    if (this.timed) this.scrollToWork();
    else this.scrollToToday();
    startDragging(this);
    root.addEventListener("keydown", (event) => this.keyed(event));
    root.addEventListener("dblclick", (event) => this.create(event));
  }

  get timed(): boolean {
    return this.root.classList.contains("timed");
  }

  entries(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(".centry")];
  }

  days(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(".cday")];
  }

  dayOf(entry: HTMLElement): HTMLElement {
    return entry.closest<HTMLElement>(".cday")!;
  }

  name(entry: HTMLElement): string {
    return entry.querySelector(".cname")?.textContent?.trim() ?? "";
  }

  /** Puts entries to their hours, those at the same time beside one another, and a line at the present moment. */
  private place(): void {
    for (const entry of this.root.querySelectorAll<HTMLElement>(".ctimes .centry")) {
      const { top, minutes, lane, lanes } = entry.dataset;
      entry.style.top = `${(Number(top) * HOUR) / 60}px`;
      entry.style.height = `${Math.max((Number(minutes) * HOUR) / 60 - 2, 20)}px`;
      entry.classList.toggle("short", Number(minutes) < 45);
      entry.style.left = `${(100 * Number(lane)) / Number(lanes)}%`;
      entry.style.width = `calc(${100 / Number(lanes)}% - 3px)`;
    }
    const today = this.root.querySelector<HTMLElement>(".cday.today .ctimes");
    if (!today || this.root.dataset.now === undefined) return;
    const line = document.createElement("li");
    line.className = "cnow";
    line.setAttribute("aria-hidden", "true");
    line.style.top = `${(Number(this.root.dataset.now) * HOUR) / 60}px`;
    today.append(line);
  }

  /** The agenda of a phone begins at today; a month is moved only when today stands below what is seen. */
  private scrollToToday(): void {
    const scroll = this.root.querySelector<HTMLElement>(".cscroll")!;
    const today = scroll.querySelector<HTMLElement>(".cday.today");
    if (!today?.offsetParent) return;
    const [seen, box] = [scroll.getBoundingClientRect(), today.getBoundingClientRect()];
    if (matchMedia("(max-width: 767px)").matches) scroll.scrollTop += box.top - seen.top;
    else if (box.bottom > seen.bottom) scroll.scrollTop += box.bottom - seen.bottom;
  }

  private scrollToWork(): void {
    const tops = [...this.root.querySelectorAll<HTMLElement>(".ctimes .centry")].map((entry) => Number(entry.dataset.top));
    const first = Math.min(MORNING * 60, ...tops);
    const scroll = this.root.querySelector<HTMLElement>(".cscroll")!;
    const today = scroll.querySelector<HTMLElement>(".cday.today");
    if (today) scroll.scrollLeft = today.offsetLeft + today.offsetWidth - scroll.clientWidth; // a phone shows three days of a week
    scroll.scrollTop = Math.max(0, (first * HOUR) / 60 - 12);
  }

  move(entry: HTMLElement, move: Move, undoing = false): void {
    if (move.days || move.minutes) moving = moving.then(() => this.send(entry, move, undoing)).catch(reportError);
  }

  /** Sends a move, shows the calendar as it is then, and offers to take it back. */
  private async send(entry: HTMLElement, move: Move, undoing: boolean): Promise<void> {
    const [id, name] = [entry.dataset.entry!, this.name(entry)];
    const body = new URLSearchParams({ view: this.root.dataset.view!, days: String(move.days), minutes: String(move.minutes) });
    if (move.end) body.set("end", "1");
    const answer = await sendAside(`${this.root.dataset.calview}/${id}`, body).catch(() => null);
    if (!answer) return toast(word("offline"), 20);
    const said = (await answer.json().catch(() => ({}))) as { reason?: string };
    if (!answer.ok) toast(said.reason || word("broken"), 12);
    await this.renew(id, answer.ok ? name : "", move.end);
    if (answer.ok && !undoing) toast(this.root.dataset.moved!, UNDO, { label: this.root.dataset.undo!, run: () => this.move(entry, back(move), true) });
  }

  /** Draws the calendar anew and keeps the focus where it was. */
  private async renew(id: string, name: string, end: boolean): Promise<void> {
    let scroll = -1; // nothing was drawn: somebody is on the way to another list
    await again((had) => {
      scroll = document.querySelector(".cscroll")?.scrollTop ?? 0;
      return had.closest(".calview") && `${entryOf(had.closest<HTMLElement>(".centry")?.dataset.entry ?? id)} a`;
    });
    const root = document.querySelector<HTMLElement>(".calview");
    if (!root) return;
    if (scroll >= 0) root.querySelector<HTMLElement>(".cscroll")!.scrollTop = scroll;
    const day = root.querySelector(entryOf(id))?.closest<HTMLElement>(".cday")?.dataset.words ?? "";
    if (name && day) root.querySelector("[data-said]")!.textContent = (root.dataset[end ? "sayLonger" : "sayMoved"] ?? "").replace("%", name).replace("#", day);
  }

  /** Alt with arrows moves a record by days, weeks or quarters of an hour; with Shift its end alone. */
  private keyed(event: KeyboardEvent): void {
    const entry = event.target instanceof Element ? event.target.closest<HTMLElement>(".centry") : null;
    if (!entry || !event.altKey || entry.classList.contains("fixed")) return;
    const among = this.timed && entry.dataset.top !== undefined;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: among ? [0, -STEP] : [-7, 0],
      ArrowDown: among ? [0, STEP] : [7, 0],
    };
    const found = moves[event.key];
    if (!found || (event.shiftKey && entry.dataset.ends === undefined)) return;
    event.preventDefault();
    this.move(entry, { days: found[0], minutes: found[1], end: event.shiftKey });
  }

  /** A double press on an empty place begins a record of that day and hour. */
  private create(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const day = target.closest<HTMLElement>(".cday");
    if (!day?.dataset.create || target.closest("a, .centry")) return;
    const times = target.closest<HTMLElement>(".ctimes");
    let href = day.dataset.create;
    if (times) {
      const minutes = Math.floor(((event.clientY - times.getBoundingClientRect().top) * 60) / HOUR / STEP) * STEP;
      const clock = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
      href = href.replace(/T\d\d:\d\d$/, `T${clock}`);
    }
    location.href = href;
  }
}
