// Child rows in a form: a last row that waits, adding, removing, order, keys, and totals that follow what is typed.
import { fresh, word } from "./dom";
import { startCombos } from "./combobox";
import { toast } from "./toasts";

const NEW = "__n__";

class Rows {
  readonly body: HTMLTableSectionElement;
  next: number;

  constructor(readonly block: HTMLElement) {
    this.body = block.querySelector("tbody")!;
    this.next = this.rows().length;
    block.addEventListener("click", (event) => this.click(event));
    block.addEventListener("keydown", (event) => this.key(event));
    block.addEventListener("input", (event) => this.changed(event.target));
    block.addEventListener("change", (event) => this.changed(event.target));
    this.wait();
    this.total();
  }

  rows(): HTMLTableRowElement[] {
    return [...this.body.querySelectorAll<HTMLTableRowElement>("tr[data-row]")];
  }

  inputs(row: Element): HTMLElement[] {
    return [...row.querySelectorAll<HTMLElement>("input:not([type=hidden]), select, textarea")];
  }

  /** Puts a new empty row at the end. */
  add(): HTMLTableRowElement {
    const pattern = this.block.querySelector<HTMLTemplateElement>("template[data-blank]")!;
    const holder = document.createElement("tbody");
    holder.append(pattern.content.cloneNode(true));
    const place = String(this.next++);
    for (const element of holder.querySelectorAll("*")) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes(NEW)) attribute.value = attribute.value.replaceAll(NEW, place);
      }
    }
    const row = holder.querySelector<HTMLTableRowElement>("tr[data-row]")!;
    this.body.append(row);
    startCombos(row);
    this.number();
    return row;
  }

  empty(row: Element): boolean {
    return this.inputs(row).every((input) =>
      input instanceof HTMLInputElement && input.type === "checkbox" ? !input.checked : !(input as HTMLInputElement).value.trim(),
    );
  }

  /** The last row always waits for a new one; it is sent only when something is typed into it. */
  wait(): void {
    const last = this.rows().at(-1);
    const row = last && last.classList.contains("waiting") ? last : this.add();
    row.classList.add("waiting");
    this.number();
  }

  changed(target: EventTarget | null = null): void {
    const edited = target instanceof Element ? target.closest("tr[data-row]") : null;
    this.outdate(edited?.querySelectorAll("td.pad.n") ?? []);
    this.outdate(this.block.querySelectorAll("tfoot td.n[data-label]:not([data-label='']):not([data-total])"));
    for (const row of this.rows()) {
      if (row.classList.contains("waiting") && !this.empty(row)) row.classList.remove("waiting");
    }
    this.wait();
    this.total();
  }

  /** What the server computed of other values than those typed now is not shown any more: it counts anew on saving. */
  outdate(cells: Iterable<Element>): void {
    for (const cell of cells) {
      if (!cell.textContent?.trim()) continue;
      cell.textContent = "…";
      cell.setAttribute("title", word("counted"));
    }
  }

  number(): void {
    const rows = this.rows();
    rows.forEach((row, index) => {
      const cell = row.querySelector("td.no");
      const text = [...(cell?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE);
      if (text) text.textContent = String(index + 1);
      for (const button of row.querySelectorAll(".rowtools button")) {
        button.setAttribute("aria-label", (button.getAttribute("aria-label") ?? "").replace(/\d+|__n__/, String(index + 1)));
      }
      for (const input of this.inputs(row)) {
        const label = input.getAttribute("aria-label");
        if (label) input.setAttribute("aria-label", label.replace(/\d+(?=\D*$)/, String(index + 1)));
      }
    });
    const count = this.block.querySelector("[data-count]");
    if (count) count.textContent = String(rows.filter((row) => !row.classList.contains("waiting")).length);
  }

  told(row: Element): Element | null {
    return row.nextElementSibling?.classList.contains("told") ? row.nextElementSibling : null;
  }

  remove(row: HTMLTableRowElement): void {
    const rows = this.rows();
    const at = rows.indexOf(row);
    this.told(row)?.remove();
    row.remove();
    this.changed();
    this.number();
    const left = this.rows();
    this.inputs(left[Math.min(at, left.length - 1)]!)[0]?.focus();
    this.block.dispatchEvent(new Event("change", { bubbles: true }));
  }

  move(row: HTMLTableRowElement, by: 1 | -1): void {
    const rows = this.rows().filter((other) => !other.classList.contains("waiting"));
    const at = rows.indexOf(row);
    const other = rows[at + by];
    if (at < 0 || !other) return;
    const focused = document.activeElement as HTMLElement | null;
    const message = this.told(row);
    if (by === -1) other.before(row);
    else (this.told(other) ?? other).after(row);
    if (message) row.after(message);
    focused?.focus();
    this.number();
    toast(word("moved", at + by + 1, rows.length), 2);
    this.block.dispatchEvent(new Event("change", { bubbles: true }));
  }

  click(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("button");
    const row = button?.closest<HTMLTableRowElement>("tr[data-row]");
    if (!button) return;
    if (button.matches("[data-add]")) {
      event.preventDefault();
      this.wait();
      this.inputs(this.rows().at(-1)!)[0]?.focus();
    } else if (row && button.matches("[data-remove]")) {
      event.preventDefault();
      this.remove(row);
    } else if (row && button.matches("[data-up], [data-down]")) {
      event.preventDefault();
      this.move(row, button.matches("[data-up]") ? -1 : 1);
    }
  }

  key(event: KeyboardEvent): void {
    const row = (event.target as Element).closest<HTMLTableRowElement>("tr[data-row]");
    if (!row || event.isComposing) return;
    if (event.altKey && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
      event.preventDefault();
      event.stopPropagation();
      this.move(row, event.code === "ArrowUp" ? -1 : 1);
    } else if (event.code === "Enter" && !event.ctrlKey && !event.metaKey && !event.defaultPrevented && (event.target as Element).matches("input, select")) {
      event.preventDefault();
      const column = this.inputs(row).indexOf(event.target as HTMLElement);
      const rows = this.rows();
      const below = rows[rows.indexOf(row) + 1];
      if (below) this.inputs(below)[column]?.focus();
    }
  }

  total(): void {
    for (const cell of this.block.querySelectorAll<HTMLElement>("[data-total]")) {
      const numbers = [...this.body.querySelectorAll<HTMLInputElement>(`input[data-column="${cell.dataset.total}"]`)];
      const sum = numbers.reduce((total, input) => total + scaled(input.value), 0n);
      const typed = numbers.some((input) => input.value.trim());
      cell.firstChild?.nodeType === Node.TEXT_NODE
        ? (cell.firstChild.textContent = typed ? shown(sum, Number(cell.dataset.scale)) : "")
        : cell.prepend(typed ? shown(sum, Number(cell.dataset.scale)) : "");
    }
    const foot = this.block.querySelector<HTMLElement>("tfoot");
    if (foot) foot.hidden = !foot.textContent?.trim();
  }
}

const DIGITS = 9;

/** A typed number as an exact integer of 9 decimal places; what is no number counts as nothing. */
function scaled(text: string): bigint {
  const plain = text.replace(/[\s\u00a0\u202f%]/g, "").replace("\u2212", "-");
  const point = document.documentElement.lang === "ru" ? plain.replace(",", ".") : plain.replaceAll(",", "");
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(point);
  if (!found || !(found[2] || found[3])) return 0n;
  const digits = BigInt((found[2] || "0") + (found[3] ?? "").padEnd(DIGITS, "0").slice(0, DIGITS));
  return found[1] ? -digits : digits;
}

function shown(sum: bigint, scale: number): string {
  const absolute = (sum < 0n ? -sum : sum).toString().padStart(DIGITS + 1, "0");
  const whole = absolute.slice(0, -DIGITS);
  const part = absolute.slice(-DIGITS).replace(/0+$/, "");
  const russian = document.documentElement.lang === "ru";
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, russian ? "\u00a0" : ",");
  const decimals = part ? (russian ? "," : ".") + part.padEnd(Math.min(scale, DIGITS), "0") : "";
  return (sum < 0n ? "\u2212" : "") + grouped + decimals;
}

export function startChildren(root: ParentNode): void {
  fresh<HTMLElement>(root, "[data-rows]", "rowed").forEach((block) => new Rows(block));
}
