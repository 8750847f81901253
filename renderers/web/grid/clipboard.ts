// Ranges of cells to and from a spreadsheet: copied as people read them, pasted as texts that the server reads.
import { toast } from "../toasts";
import { alike } from "../rows/cells";
import { parse, written } from "../tsv";
import type { Grid } from "./grid";
import type { Change } from "./saving";
import { said } from "./words";

const BLANKS = /[\u00a0\u202f\u2009 ]/g;

/** A cell as a spreadsheet takes it: figures without blanks between thousands, a share with its sign. */
export function copied(grid: Grid, cell: HTMLElement): string {
  const [id, name] = grid.nameOf(cell);
  const column = grid.model.columns[name];
  const row = grid.model.rows.get(id);
  const shown = (cell.querySelector(".unsaved") ?? cell).textContent!.replace(/[\t\r\n ]+/g, " ").trim();
  const known = row && column?.how && name in row.values;
  if (column?.kind === "boolean" && known) return row.values[name] === "true" ? "1" : row.values[name] === "false" ? "0" : "";
  if (cell.classList.contains("n")) {
    const text = known && column.kind === "number" ? row.values[name]! : shown;
    const plain = text.replace(BLANKS, "").replaceAll("−", "-");
    const figure = /^-?\d+(?:[.,]\d+)?/.exec(plain)?.[0];
    if (!figure || /[.:]\d+[.:]/.test(plain)) return shown.replace(BLANKS, " ");
    return shown.endsWith("%") ? `${figure}%` : figure;
  }
  if (known && (column.kind === "text" || column.kind === "long_text")) return row.values[name]!;
  return shown === "—" ? "" : shown.replaceAll("\u00a0", " ");
}

/** Which columns the columns of the block go to: in order from the cell, or by a first line of the columns' names. */
function columnsOf(grid: Grid, lines: string[][], start: number): { to: number[]; lines: string[][] } {
  const labels = grid.model.names.map((name) => grid.model.columns[name]?.label ?? "");
  const head = lines[0]!.map((name) => labels.findIndex((label) => label !== "" && alike(label, name)));
  if (lines.length > 1 && lines[0]!.length > 1 && head.every((at) => at >= 0)) return { to: head, lines: lines.slice(1) };
  return { to: lines[0]!.map((_, at) => start + at), lines };
}

export async function paste(grid: Grid, cell: HTMLElement, text: string): Promise<void> {
  const chosen = grid.choice.there ? grid.choice.cells() : [[cell]];
  let lines = parse(text);
  const width = Math.max(...lines.map((line) => line.length));
  lines = lines.map((line) => [...line, ...Array<string>(width - line.length).fill("")]);
  if (lines.length === 1 && width === 1 && chosen.flat().length > 1) lines = chosen.map((line) => line.map(() => lines[0]![0]!));
  const [top, left] = grid.choice.place(chosen[0]![0]!);
  const { to, lines: rows } = columnsOf(grid, lines, left);
  const all = grid.rows();
  await grid.model.need(all.slice(top, top + rows.length).map((row) => row.dataset.id!));
  const changes: Change[] = [];
  const passed = { locked: 0, outside: 0 };
  rows.forEach((line, at) => {
    const cells = all[top + at] ? grid.cells(all[top + at]!) : [];
    line.forEach((value, index) => {
      const target = cells[to[index]!];
      if (!target) return void (passed.outside += value.trim() ? 1 : 0);
      const [id, name] = grid.nameOf(target);
      if (grid.model.editable(id, name)) changes.push({ id, name, entered: { text: value.trim(), typed: true, shown: value.trim() } });
      else if (value.trim() && !alike(value, copied(grid, target))) passed.locked += 1;
    });
  });
  grid.choice.clear();
  const words = [said("pasted", changes.length)];
  if (passed.locked) words.push(said("passed", passed.locked));
  if (passed.outside) words.push(said("outside", passed.outside));
  if (changes.length) await grid.saving.save(changes, words.join(". "));
  else toast(words.join(". "), 8);
}
