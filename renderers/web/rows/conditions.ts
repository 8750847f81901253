// Conditions in child rows: a cell that does not stand, is required or is locked, each row by what is typed into it.
import { type Condition, holds, textAt } from "../conditions";
import { changed, hold } from "../locks";
import { type Table, withEach } from "./table";

type Kind = "visible" | "required" | "locked";
type Conditions = Record<string, Partial<Record<Kind, Condition | null>>>;

interface Stands {
  hidden: string[];
  asked: string[];
  locked: string[];
}

/** The cell of a row, or the place in its sheet where the field stands meanwhile. */
const places = (row: HTMLElement, name: string): HTMLElement[] =>
  [...row.querySelectorAll<HTMLElement>(`[data-cell="${CSS.escape(name)}"]`)].filter((place) => place.closest("tr.entry") === row);

function set(form: HTMLFormElement, row: HTMLElement, name: string, kind: Kind, on: boolean): void {
  for (const place of places(row, name)) {
    const wrong = place.querySelector("[aria-invalid=true]");
    if (kind === "visible") {
      place.classList.toggle("off", !on && !wrong);
      continue;
    }
    if (kind === "locked") {
      hold(place, on && !changed(form, place, `${row.dataset.row!}/${name}`));
      continue;
    }
    place.classList.toggle("asked", on);
    for (const control of place.querySelectorAll("input:not([type=hidden], [type=checkbox]), select, textarea")) {
      if (on) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    }
  }
}

function watch(table: Table, conditions: Conditions): void {
  const form = table.block.closest("form")!;
  const each = Object.entries(conditions).flatMap(([name, kinds]) => Object.entries(kinds).map(([kind, condition]) => [name, kind as Kind, condition] as const));
  const follow = (row: HTMLElement): void => {
    const waiting = row.classList.contains("waiting");
    const ask = (name: string): string => textAt(form, `${row.dataset.row!}/${name}`);
    for (const [name, kind, condition] of each) {
      if (condition) set(form, row, name, kind, holds(ask, condition) === true && !(waiting && kind !== "visible"));
    }
  };
  const typed = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>("tr.entry");
    if (row?.parentElement === table.body) follow(row);
    else if (event.target === table.block) table.rows().forEach(follow);
  };
  for (const kind of ["input", "change", "kubik:put", "kubik:new"]) table.block.addEventListener(kind, typed);
  form.addEventListener("kubik:stands", (event) => {
    const { hidden, asked, locked } = (event as CustomEvent<Stands>).detail;
    const sets = { visible: new Set(hidden), required: new Set(asked), locked: new Set(locked) };
    for (const [name, kind, condition] of each) {
      if (condition) continue;
      for (const row of table.rows()) {
        if (row.classList.contains("waiting")) continue;
        const told = sets[kind].has(`${row.dataset.row!}/${name}`);
        set(form, row, name, kind, kind === "visible" ? !told : told);
      }
    }
  });
  table.rows().forEach(follow);
}

withEach((table) => {
  const written = table.block.dataset.conditions;
  if (written && table.block.closest("form")) watch(table, JSON.parse(written) as Conditions);
});
