// Widths of the columns of child tables: by dragging the edge of a head, by a double click as wide as what is shown.
import { type Table, withEach } from "./table";

const LEAST = 40;
const MOST = 800;

/** Where a browser keeps them: for the form and the list in it, whichever record is open. */
const place = (table: Table): string => `kubik-widths:${location.pathname.replace(/\/(\d+|new)\b.*$/, "")}:${table.block.dataset.path ?? ""}`;

withEach((table) => {
  const grid = table.block.querySelector<HTMLTableElement>(":scope > .frame > table")!;
  const heads = [...grid.tHead!.rows[0]!.cells].filter((head) => head.title || head.textContent?.trim()).slice(1);
  const columns = grid.querySelectorAll<HTMLTableColElement>(":scope > colgroup > col");
  const column = (head: HTMLTableCellElement): HTMLTableColElement => columns[head.cellIndex]!;
  const named = (head: HTMLElement): string => head.textContent!.trim();

  const kept = JSON.parse(localStorage.getItem(place(table)) ?? "{}") as Record<string, number>;
  for (const head of heads) if (kept[named(head)]) column(head).style.width = `${kept[named(head)]}px`;

  /** Every column keeps the width it has, so that one alone changes. */
  function hold(): void {
    const widths = heads.map((head) => head.getBoundingClientRect().width);
    heads.forEach((head, at) => (column(head).style.width = `${widths[at]}px`));
  }

  function widen(head: HTMLTableCellElement, width: number): void {
    column(head).style.width = `${Math.round(Math.max(LEAST, Math.min(MOST, width)))}px`;
  }

  function keep(): void {
    localStorage.setItem(place(table), JSON.stringify(Object.fromEntries(heads.map((head) => [named(head), parseInt(column(head).style.width)]))));
  }

  for (const head of heads) {
    const grip = document.createElement("span");
    grip.className = "resize";
    grip.setAttribute("aria-hidden", "true");
    head.append(grip);
    grip.addEventListener("pointerdown", (down) => {
      down.preventDefault();
      hold();
      const start = head.getBoundingClientRect().width;
      const drag = (event: PointerEvent): void => widen(head, start + event.clientX - down.clientX);
      grip.setPointerCapture(down.pointerId);
      grip.addEventListener("pointermove", drag);
      grip.addEventListener("lostpointercapture", () => {
        grip.removeEventListener("pointermove", drag);
        keep();
      }, { once: true });
    });
    grip.addEventListener("dblclick", () => {
      hold();
      const shown = table.rows().flatMap((row) => [...(row.cells[head.cellIndex]?.querySelectorAll<HTMLElement>("input.input, .cv") ?? [])]);
      widen(head, LEAST);
      widen(head, Math.max(head.scrollWidth, ...shown.map((each) => each.scrollWidth + 18)));
      keep();
    });
  }
});
