// Blocks of cells from and to a spreadsheet: tab-separated lines. Pasting is one step; what does not fit stays, marked.
import { token } from "../dom";
import { parse, written } from "../tsv";
import { toast } from "../toasts";
import { type State, alike, field, misfit, put, read, text } from "./cells";
import { keysOf } from "./keys";
import { type Table, said, withEach } from "./table";

interface Found {
  id?: number;
  title?: string;
  candidates?: { id: number; title: string }[];
}

/** The records that the texts in link cells name, asked for together. */
async function find(table: Table, cells: HTMLElement[]): Promise<number> {
  const form = table.block.closest("form");
  const groups = new Map<string, { cell: HTMLElement; box: HTMLElement; value: string }[]>();
  for (const cell of cells) {
    const box = cell.querySelector<HTMLElement>("[data-combo*='/options/']");
    const input = box && (field(cell) as HTMLInputElement);
    if (!box || !input?.value.trim()) continue;
    const entity = box.dataset.combo!.replace(/\/options\/.*$/, "");
    groups.set(entity, [...(groups.get(entity) ?? []), { cell, box, value: input.value }]);
  }
  let unclear = 0;
  for (const [entity, asked] of groups) {
    const items = asked.map(({ cell, box, value }) => {
      const values: Record<string, string> = {};
      for (const name of (box.dataset.needs ?? "").split(" ").filter(Boolean)) {
        const other = form?.elements.namedItem(`${cell.closest<HTMLElement>("tr.entry")!.dataset.row}/${name}`);
        if (other instanceof HTMLInputElement || other instanceof HTMLSelectElement) values[name] = other.value;
      }
      return { field: box.dataset.combo!.split("/").at(-1)!, text: value, values };
    });
    const answer = await fetch(`${entity}/named`, {
      method: "POST",
      body: new URLSearchParams({ asked: JSON.stringify(items) }),
      headers: { Accept: "application/json", "X-CSRF-Token": token(), "HX-Request": "true" },
    }).catch(() => null);
    const found = answer?.ok ? ((await answer.json()) as { items: Found[] }).items : [];
    asked.forEach(({ cell, box, value }, at) => {
      const one = found[at];
      const input = field(cell) as HTMLInputElement;
      if (input.value !== value) return; // typed into meanwhile
      if (one?.id !== undefined) {
        box.querySelector<HTMLInputElement>("[data-value]")!.value = String(one.id);
        box.querySelector<HTMLInputElement>("[data-title]")!.value = input.value = one.title ?? "";
        box.classList.add("filled");
        misfit(cell, "");
      } else if (one) {
        unclear += 1;
        const titles = (one.candidates ?? []).map((each) => each.title).join(", ");
        misfit(cell, titles ? said(table.block, "several", titles) : said(table.block, "none"));
      }
    });
  }
  return unclear;
}

/** Which columns the columns of the block go to: in order from the cell, or by a first line of the columns' names. */
function columns(table: Table, lines: string[][], start: number): { to: number[]; lines: string[][] } {
  const labels = table.cells(table.rows()[0]!).map((cell) => cell.dataset.label ?? "");
  const head = lines[0]!.map((name) => labels.findIndex((label) => alike(label, name)));
  if (lines.length > 1 && lines[0]!.length > 1 && head.every((at, index) => at >= 0 || !lines[0]![index]!.trim()) && head.some((at) => at >= 0)) return { to: head, lines: lines.slice(1) };
  return { to: lines[0]!.map((_, at) => start + at), lines };
}

export async function paste(table: Table, cell: HTMLElement, copied: string): Promise<void> {
  const keys = keysOf(table);
  const chosen = keys.choice.cells();
  let lines = parse(copied);
  const width = Math.max(...lines.map((row) => row.length));
  lines = lines.map((row) => [...row, ...Array<string>(width - row.length).fill("")]);
  if (lines.length === 1 && width === 1 && chosen.flat().length > 1) lines = chosen.map((row) => row.map(() => lines[0]![0]!));
  const [top, left] = keys.choice.place(chosen[0]?.[0] ?? cell);
  const { to, lines: rows } = columns(table, lines, left);
  const touched: HTMLElement[] = [];
  const misses = { cells: 0, outside: 0 };
  const reason = (kind: string): string => said(table.block, `bad-${kind}`);
  const states = new Map<HTMLElement, State>();
  keys.before = null;
  const step = table.step(
    [],
    () => {
      rows.forEach((line, at) => {
        if (line.every((value) => !value.trim())) return;
        let row = table.rows()[top + at];
        if (!row) {
          row = table.make();
          table.body.append(row);
        }
        const cells = table.cells(row);
        line.forEach((value, index) => {
          const target = cells[to[index]!];
          if (!target) misses.outside += value.trim() ? 1 : 0;
          else if (field(target)) {
            touched.push(target);
            states.set(target, read(target));
            if (put(target, value, reason)) misses.cells += 1;
          }
        });
      });
    },
    true,
  );
  for (const [target, state] of states) if (!step.cells.has(target)) step.cells.set(target, state);
  keys.choice.clear();
  keys.before = keys.cell && read(keys.cell);
  keys.editing = false;
  misses.cells += await find(table, touched);
  if (!keys.editing) keys.before = keys.cell && read(keys.cell);
  table.block.dispatchEvent(new Event("change", { bubbles: true }));
  table.total();
  const words = [said(table.block, "pasted", rows.length)];
  if (misses.cells) words.push(said(table.block, "misfits", misses.cells));
  if (misses.outside) words.push(said(table.block, "outside", misses.outside));
  toast(words.join(". "), misses.cells || misses.outside ? 10 : 4, { label: said(table.block, "undo"), run: () => table.undo(true) });
}

withEach((table) => {
  const keys = keysOf(table);
  const copy = (event: ClipboardEvent): void => {
    if (!keys.mine(event.target) || !keys.choice.there) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", written(keys.choice.cells().map((row) => row.map(text))));
    if (event.type === "cut") keys.wipe();
  };
  table.block.addEventListener("copy", copy);
  table.block.addEventListener("cut", copy);
  table.block.addEventListener("paste", (event) => {
    const copied = event.clipboardData?.getData("text/plain") ?? "";
    const cell = event.target instanceof Element && keys.mine(event.target) ? keys.cellOf(event.target) : null;
    if (!cell || !copied) return;
    const many = /[\t\n]/.test(copied.replace(/\r?\n$/, ""));
    if (!many && (keys.editing || !keys.choice.there) && !(cell.querySelector("[data-combo], select, input[type=date]") && !keys.editing)) return;
    event.preventDefault();
    void paste(table, cell, copied);
  });
});
