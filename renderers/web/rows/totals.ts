// Sums under the columns of child rows: exact, and only when something in their column changed.
import { amount, clock, exact, shown, span } from "./numbers";

const values = (rows: HTMLElement[], column: string): HTMLElement[] => rows.map((row) => row.querySelector<HTMLElement>(`[data-column="${column}"], [data-cell="${column}"] input.input`)).filter((found) => found !== null);

function value(element: HTMLElement, span_of_time: boolean): bigint | null {
  if (!(element instanceof HTMLInputElement)) {
    const plain = element.dataset.plain ?? "";
    return plain ? exact(plain) : 0n;
  }
  if (!element.value.trim()) return 0n;
  const typed = span_of_time ? span(element.value) : amount(element.value);
  return typed === null ? null : span_of_time ? typed * 1_000_000_000n : typed;
}

/** Writes the sums; one with a value in it that cannot be read says so. */
export function total(block: HTMLElement, rows: HTMLElement[]): void {
  const foot = [...block.querySelectorAll<HTMLElement>(":scope > .frame > table > tfoot [data-total]")];
  for (const cell of foot) {
    const time = cell.dataset.kind === "duration";
    const found = values(rows, cell.dataset.total!);
    const numbers = found.map((element) => value(element, time));
    const any = found.some((element) => (element instanceof HTMLInputElement ? element.value.trim() : element.dataset.plain));
    const sum = numbers.reduce<bigint>((all, each) => all + (each ?? 0n), 0n);
    const words = time ? clock(sum / 1_000_000_000n) : shown(sum, Number(cell.dataset.scale), cell.dataset.sign ?? "");
    const outdated = found.some((element) => element.dataset.plain === "?");
    cell.textContent = outdated ? "…" : any ? words : "";
    if (any && !outdated && cell.dataset.sign) {
      const unit = document.createElement("span");
      unit.className = "unit";
      unit.textContent = cell.dataset.sign;
      cell.dataset.lead === undefined ? cell.append(unit) : cell.prepend(unit);
    }
    cell.classList.toggle("unsure", !outdated && numbers.includes(null));
  }
}
