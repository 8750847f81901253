// Choosing rows of a list: boxes, Space and Shift with an arrow, a bar that counts them and leads on with them.
import { fresh, writing } from "./dom";

const links = (): HTMLAnchorElement[] => [...document.querySelectorAll<HTMLAnchorElement>("#rows td.name a")];

class Picking {
  readonly chosen = new Set<string>();
  private last: HTMLInputElement | null = null;

  constructor(readonly area: HTMLElement, readonly bar: HTMLFormElement, readonly table: HTMLTableElement) {
    bar.classList.add("floats");
    const all = area.querySelector<HTMLInputElement>("[data-pick-all]");
    const drop = bar.querySelector<HTMLButtonElement>("[data-unpick]");
    if (all) all.hidden = false;
    if (drop) drop.hidden = false;
    all?.addEventListener("change", () => this.set(this.boxes(), all.checked));
    drop?.addEventListener("click", () => this.clear());
    table.addEventListener("click", (event) => this.click(event));
    table.addEventListener("keydown", (event) => this.key(event));
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      const back = bar.querySelector<HTMLInputElement>("[name=_back]")!.value;
      location.href = `${bar.action}?${new URLSearchParams({ ids: [...this.chosen].join(","), _back: back })}`;
    });
    document.addEventListener("keydown", (event) => {
      if (event.code === "Escape" && bar.isConnected && this.chosen.size > 0 && !writing(event.target) && !document.querySelector("dialog:modal")) this.clear();
    });
    this.tell();
  }

  boxes(): HTMLInputElement[] {
    return [...this.table.querySelectorAll<HTMLInputElement>("td.choose input")];
  }

  set(boxes: HTMLInputElement[], on: boolean): void {
    for (const box of boxes) {
      box.checked = on;
      box.closest("tr")?.classList.toggle("picked", on);
      if (on) this.chosen.add(box.value);
      else this.chosen.delete(box.value);
    }
    this.tell();
  }

  clear(): void {
    this.chosen.clear();
    this.set(this.boxes(), false);
  }

  private click(event: MouseEvent): void {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches("td.choose input")) return;
    const boxes = this.boxes();
    const [at, from] = [boxes.indexOf(box), this.last ? boxes.indexOf(this.last) : -1];
    const range = event.shiftKey && from >= 0 ? boxes.slice(Math.min(at, from), Math.max(at, from) + 1) : [box];
    this.set(range, box.checked);
    this.last = box;
  }

  private key(event: KeyboardEvent): void {
    const row = (event.target as Element).closest("tr");
    const box = row?.querySelector<HTMLInputElement>("td.choose input");
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    const onBox = event.target === box;
    if (event.code === "Space" && !onBox && !event.shiftKey) {
      event.preventDefault();
      this.set([box], !box.checked);
    } else if (event.shiftKey && (event.code === "ArrowDown" || event.code === "ArrowUp")) {
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
    this.bar.hidden = this.chosen.size === 0;
    const words = this.bar.querySelector<HTMLElement>("[data-picked]")!;
    words.textContent = this.chosen.size > 0 ? words.dataset.picked!.replace("%", String(this.chosen.size)) : "";
    const all = this.area.querySelector<HTMLInputElement>("[data-pick-all]");
    const boxes = this.boxes();
    if (!all) return;
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && this.chosen.size > 0;
  }
}

export function startPicking(root: ParentNode): void {
  for (const area of fresh<HTMLElement>(root, "[data-list]", "picking")) {
    const bar = area.querySelector<HTMLFormElement>("form[data-bulk]");
    const table = area.querySelector<HTMLTableElement>("#rows");
    if (bar && table) new Picking(area, bar, table);
  }
}
