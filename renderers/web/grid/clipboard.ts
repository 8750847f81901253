// Ranges of cells to and from a spreadsheet: copied as people read them, pasted as texts that the server reads.
import { writing } from "../dom";
import { toast } from "../toasts";
import { alike } from "../rows/cells";
import { parse, written } from "../tsv";
import { fill } from "./filling";
import type { Grid } from "./grid";
import type { Change } from "./saving";
import { said } from "./words";

const BLANKS = /[\u00a0\u202f\u2009 ]/g;

/** A cell as a spreadsheet takes it: figures without blanks between thousands, a share with its sign. */
function copied(grid: Grid, cell: HTMLElement): string {
  const [id, name] = grid.nameOf(cell);
  const column = grid.model.columns[name];
  const row = grid.model.rows.get(id);
  const shown = (cell.querySelector(".unsaved") ?? cell).textContent!.replace(/[\t\r\n ]+/g, " ").trim();
  const known = row && column?.how && name in row.values && !grid.saving.awaited(id, name);
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

function paste(grid: Grid, cell: HTMLElement, text: string): void {
  const chosen = grid.choice.there ? grid.choice.cells() : [[cell]];
  let lines = parse(text);
  const width = Math.max(...lines.map((line) => line.length));
  lines = lines.map((line) => [...line, ...Array<string>(width - line.length).fill("")]);
  if (lines.length === 1 && width === 1 && chosen.flat().length > 1) lines = chosen.map((line) => line.map(() => lines[0]![0]!));
  const [top, left] = grid.choice.place(chosen[0]![0]!);
  const all = grid.rows().slice(top, top + lines.length);
  grid.choice.clear();
  void grid.saving.when(all.map((row) => row.dataset.id!), () => read(grid, all, columnsOf(grid, lines, left)));
}

/** What of a block changes the cells of these rows. */
function read(grid: Grid, all: HTMLTableRowElement[], { to, lines }: { to: number[]; lines: string[][] }): { changes: Change[]; told: string } {
  const changes: Change[] = [];
  const passed = { locked: 0, outside: 0 };
  lines.forEach((line, at) => {
    const cells = all[at] ? grid.cells(all[at]!) : [];
    line.forEach((value, index) => {
      const target = cells[to[index]!];
      if (!target) return void (passed.outside += value.trim() ? 1 : 0);
      const [id, name] = grid.nameOf(target);
      if (grid.model.editable(id, name)) changes.push({ id, name, entered: { text: value.trim(), typed: true, shown: value.trim() } });
      else if (value.trim() && !alike(value, copied(grid, target))) passed.locked += 1;
    });
  });
  const words = [said("pasted", changes.length)];
  if (passed.locked) words.push(said("passed", passed.locked));
  if (passed.outside) words.push(said("outside", passed.outside));
  if (!changes.length) toast(words.join(". "), 8);
  return { changes, told: words.join(". ") };
}

/** Copies, cuts or pastes the chosen cells, unless a cell is in edit. */
export function clip(grid: Grid, event: ClipboardEvent): void {
  const cell = grid.at(event.target);
  if (!cell || grid.editor || writing(event.target)) return;
  event.preventDefault();
  if (event.type === "paste") {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text) paste(grid, cell, text.replace(/\r?\n$/, ""));
    return;
  }
  const chosen = grid.choice.there ? grid.choice.cells() : [[cell]];
  event.clipboardData?.setData("text/plain", written(chosen.map((line) => line.map((each) => copied(grid, each)))));
  if (event.type === "cut") fill(grid, cell, false);
  else grid.announce(said("copied", chosen.flat().length));
}
