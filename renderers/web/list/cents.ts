// Amounts are written with their cents in a whole column or in none: rows that come later are told what stands there.

const CENTS = /[.,]\d\d(?!\d)/;

/** The columns of figures in which cents are shown, as a part of an address. */
export function centsOf(table: HTMLTableElement): string {
  const shown = new Set<string>();
  for (const cell of table.querySelectorAll<HTMLElement>("tbody td.n[data-field]")) {
    const name = cell.dataset.field ?? "";
    if (!shown.has(name) && CENTS.test(cell.textContent ?? "")) shown.add(name);
  }
  return [...shown].map((name) => `&cents=${encodeURIComponent(name)}`).join("");
}
