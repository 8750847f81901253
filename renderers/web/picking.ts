// Choosing rows of a list: boxes, Space and Shift with an arrow, a long press on a phone, all of a list beyond what is
// shown; a bar that counts them, adds them up, and leads on with them.
import { fresh, word, writing } from "./dom";
import { startBulk } from "./bulk";
import { swallowClick } from "./presses";
import { sendAside } from "./sending";

const links = (): HTMLAnchorElement[] => [...document.querySelectorAll<HTMLAnchorElement>("#rows td.name a")];
const LONG = 500; // milliseconds of a press that chooses
const PAUSE = 200;

export class Picking {
  readonly chosen = new Set<string>();
  /** Whether all of the list is chosen, also what is not shown. */
  all = false;
  private last: HTMLInputElement | null = null;
  private timer = 0;
  private asked = 0;

  constructor(readonly area: HTMLElement, readonly bar: HTMLFormElement, readonly table: HTMLTableElement) {
    bar.classList.add("floats");
    const head = area.querySelector<HTMLInputElement>("[data-pick-all]");
    const drop = bar.querySelector<HTMLButtonElement>("[data-unpick]");
    if (head) head.hidden = false;
    if (drop) drop.hidden = false;
    head?.addEventListener("change", () => this.set(this.boxes(), head.checked));
    drop?.addEventListener("click", () => this.clear());
    bar.querySelector("[data-pick-list]")?.addEventListener("click", () => this.whole());
    table.addEventListener("click", (event) => this.click(event), true);
    area.addEventListener("keydown", (event) => this.key(event)); // behind the cells: there Space may tick a yes-or-no
    area.addEventListener("kubik:rows", () => this.again());
    this.press();
    startBulk(this);
    this.set(this.boxes().filter((box) => box.checked), true); // ticked before this script had come
    const over = new AbortController();
    document.addEventListener("keydown", (event) => {
      if (!bar.isConnected) return over.abort();
      if (event.code === "Escape" && !event.defaultPrevented && (this.all || this.chosen.size > 0) && !writing(event.target) && !document.querySelector("dialog:modal")) this.clear();
    }, { signal: over.signal });
  }

  /** What is sent along: the ids, or that it is all of the list. */
  content(): URLSearchParams {
    const body = new URLSearchParams(this.all ? { all: "1" } : { ids: [...this.chosen].join(",") });
    body.set("state", this.bar.querySelector<HTMLInputElement>("[name=state]")!.value);
    return body;
  }

  boxes(): HTMLInputElement[] {
    return [...this.table.querySelectorAll<HTMLInputElement>("td.choose input")];
  }

  set(boxes: HTMLInputElement[], on: boolean): void {
    if (!on) this.all = false;
    for (const box of boxes) {
      this.mark(box, on);
      if (on) this.chosen.add(box.value);
      else this.chosen.delete(box.value);
    }
    this.tell();
  }

  private mark(box: HTMLInputElement, on: boolean): void {
    box.checked = on;
    const row = box.closest("tr")!;
    row.classList.toggle("picked", on);
    if (this.table.getAttribute("role") === "grid") row.setAttribute("aria-selected", String(on));
  }

  clear(): void {
    this.chosen.clear();
    this.all = false;
    this.set(this.boxes(), false);
  }

  /** All of the list, also what is not shown. */
  private whole(): void {
    this.all = true;
    for (const box of this.boxes()) {
      this.mark(box, true);
      this.chosen.add(box.value);
    }
    this.tell();
  }

  /** Rows came or came back: those that are chosen are marked. */
  private again(): void {
    for (const box of this.boxes()) {
      const on = this.all || this.chosen.has(box.value);
      if (box.checked !== on) this.mark(box, on);
      if (this.all) this.chosen.add(box.value);
    }
    this.tell();
  }

  private click(event: MouseEvent): void {
    const target = event.target as Element;
    if (this.bar.classList.contains("by-touch") && !target.matches("td.choose input")) {
      const touched = target.closest("tr")?.querySelector<HTMLInputElement>("td.choose input");
      if (!touched) return;
      event.preventDefault();
      event.stopPropagation();
      this.set([touched], !touched.checked);
      return;
    }
    if (!(target instanceof HTMLInputElement) || !target.matches("td.choose input")) return;
    const boxes = this.boxes();
    const [at, from] = [boxes.indexOf(target), this.last ? boxes.indexOf(this.last) : -1];
    const range = event.shiftKey && from >= 0 ? boxes.slice(Math.min(at, from), Math.max(at, from) + 1) : [target];
    const on = target.checked;
    this.set(range, on);
    this.last = target;
  }

  /** A long press begins to choose; then a touch chooses or drops a row. */
  private press(): void {
    let timer = 0;
    const stop = (): void => clearTimeout(timer);
    this.table.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return;
      const box = (event.target as Element).closest("tr")?.querySelector<HTMLInputElement>("td.choose input");
      if (!box || this.bar.classList.contains("by-touch")) return;
      timer = window.setTimeout(() => {
        this.bar.classList.add("by-touch");
        this.set([box], true);
        navigator.vibrate?.(15);
        swallowClick();
      }, LONG);
    });
    for (const kind of ["pointerup", "pointercancel", "pointermove"]) this.table.addEventListener(kind, stop);
    this.table.addEventListener("contextmenu", (event) => this.bar.classList.contains("by-touch") && event.preventDefault());
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest("tr");
    const box = row?.querySelector<HTMLInputElement>("td.choose input");
    if (!box || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Space" && target !== box && !writing(target)) {
      event.preventDefault();
      this.set([box], !box.checked);
      this.last = box;
    } else if (event.shiftKey && (event.code === "ArrowDown" || event.code === "ArrowUp") && target.matches("a, input")) {
      event.preventDefault();
      const rows = links();
      const next = rows[rows.findIndex((link) => link.closest("tr") === row) + (event.code === "ArrowDown" ? 1 : -1)];
      this.set([box], true);
      const other = next?.closest("tr")?.querySelector<HTMLInputElement>("td.choose input");
      if (other) this.set([other], true);
      next?.focus();
    }
  }

  private tell(): void {
    const some = this.all || this.chosen.size > 0;
    this.bar.hidden = !some;
    if (!some) this.bar.classList.remove("by-touch");
    const boxes = this.boxes();
    const whole = boxes.length > 0 && boxes.every((box) => box.checked);
    const more = Boolean([...this.table.tBodies].at(-1)?.dataset.next);
    const merge = this.bar.querySelector<HTMLElement>("[data-pick-merge]");
    if (merge) merge.hidden = this.all || this.chosen.size < 2 || this.chosen.size > 5;
    const offer = this.bar.querySelector<HTMLElement>("[data-pick-list]");
    if (offer) offer.hidden = this.all || !whole || !more;
    this.words(this.all ? "…" : this.chosen.size.toLocaleString(document.documentElement.lang));
    const head = this.area.querySelector<HTMLInputElement>("[data-pick-all]");
    if (head) {
      head.checked = whole;
      head.indeterminate = !whole && this.chosen.size > 0;
    }
    clearTimeout(this.timer);
    if (some && (this.all || "sums" in this.bar.dataset)) this.timer = window.setTimeout(() => void this.sum(), PAUSE);
    else this.sums([]);
  }

  private words(count: string): void {
    this.bar.querySelector<HTMLElement>("[data-picked]")!.textContent = count ? this.bar.dataset.words!.replace("%", count) : "";
  }

  /** How many they are, as the server counts them, and what they add up to. */
  private async sum(): Promise<void> {
    const turn = ++this.asked;
    const answer = await sendAside(`${location.pathname}/chosen`, this.content()).catch(() => null);
    if (turn !== this.asked || !answer?.ok) return;
    const told = (await answer.json()) as { count: number; words: string; sums: { label: string; html: string; note: string }[] };
    if (this.all) this.bar.querySelector<HTMLElement>("[data-picked]")!.textContent = told.words;
    this.sums(told.sums);
  }

  private sums(found: { label: string; html: string; note: string }[]): void {
    const box = this.bar.querySelector<HTMLElement>("[data-picked-sums]");
    if (!box) return;
    box.innerHTML = found.map((each) => each.html).join(" · ");
    box.title = found.map((each) => `${each.label}: ${each.note}`).join("; ");
  }
}

export function startPicking(root: ParentNode): void {
  for (const area of fresh<HTMLElement>(root, "[data-list]", "picking")) {
    const bar = area.querySelector<HTMLFormElement>("form[data-bulk]");
    const table = area.querySelector<HTMLTableElement>("#rows");
    if (bar && table && word("offline")) new Picking(area, bar, table);
  }
}
