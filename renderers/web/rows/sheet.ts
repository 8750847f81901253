// Child rows on a phone: two lines each, which open a sheet with the fields of the row.
import { icon, word } from "../dom";
import { text } from "./cells";
import { type Table, said, tableOf, withEach } from "./table";

const phone = matchMedia("(max-width: 767px)");

/** The two lines of a row: its first cell and its last figure, then the rest. */
function summary(table: Table, row: HTMLTableRowElement): void {
  let cell = row.querySelector<HTMLElement>(":scope > td.sum");
  if (!cell) {
    cell = document.createElement("td");
    cell.className = "sum";
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("b"), document.createElement("span"), document.createElement("small"));
    button.addEventListener("click", () => open(table, row));
    cell.append(button);
    row.querySelector(":scope > .no")!.after(cell);
  }
  const said_of = (each: HTMLElement): string => {
    const sign = each.querySelector(".sign")?.textContent ?? "";
    const said = each.querySelector("input[type=checkbox]:not(:checked)") ? "" : each.querySelector("input[type=checkbox]") ? (each.dataset.label ?? "") : text(each);
    return said && sign ? `${said}\u00a0${sign}` : said;
  };
  const cells = table.cells(row);
  const last = cells.filter((each) => each.classList.contains("n")).at(-1);
  const [name, figure, rest] = [...cell.querySelectorAll<HTMLElement>("b, span, small")];
  const waiting = row.classList.contains("waiting");
  name!.textContent = waiting ? said(table.block, "new") : said_of(cells[0]!) || "—";
  figure!.textContent = last && last !== cells[0] ? said_of(last) : "";
  const others = cells.filter((each) => each !== cells[0] && each !== last).map(said_of).filter(Boolean);
  const below = [...row.querySelectorAll<HTMLElement>(":scope > .below > [data-below]")].map((each) => (each.textContent?.trim() ? `${each.title}: ${each.textContent.trim()}` : "")).filter(Boolean);
  rest!.textContent = [...others, ...below].join(" · ");
}

function button(label: string, picture: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.append(icon(picture), label);
  made.addEventListener("click", run);
  return made;
}

type Home = [home: HTMLElement, place: HTMLElement];

/** A cell and its place in the sheet are in the same state. */
function alike(from: HTMLElement, to: HTMLElement): void {
  for (const state of ["held", "off", "asked", "by-hand"]) to.classList.toggle(state, from.classList.contains(state));
}

/** The fields of a row as fields with labels; what is wrong in it stands first. */
function fields(table: Table, row: HTMLTableRowElement, body: HTMLElement): Home[] {
  const told = table.group(row).find((part) => part.classList.contains("told"));
  for (const each of told?.querySelectorAll(".wrong") ?? []) {
    const copy = each.cloneNode(true) as Element;
    copy.removeAttribute("id");
    body.append(copy);
  }
  return table.cells(row).map((cell) => {
    const place = document.createElement("div");
    place.className = "field";
    place.dataset.cell = cell.dataset.cell;
    alike(cell, place);
    const label = document.createElement("span");
    label.className = "label";
    const sign = document.createElement("span");
    sign.dataset.lockSign = "";
    sign.hidden = !cell.classList.contains("held");
    sign.append(icon("lock"), ` ${word("held")}`);
    label.append(cell.dataset.label ?? "", sign);
    place.append(label, ...cell.childNodes);
    body.append(place);
    return [cell, place];
  });
}

/** The lists that stand in a row. */
function lists(table: Table, row: HTMLTableRowElement, body: HTMLElement): Home[] {
  return [...row.querySelectorAll<HTMLElement>(":scope > .below > [data-below]")].map((opener) => {
    const inner = table.open(row, opener.dataset.below!);
    const home = inner.block.parentElement!;
    body.append(inner.block);
    inner.rows().forEach((each) => summary(inner, each));
    return [home, inner.block];
  });
}

function tools(table: Table, row: HTMLTableRowElement, dialog: HTMLDialogElement): HTMLElement[] {
  const then = (run: () => void) => () => {
    dialog.close();
    run();
  };
  return [
    button(said(table.block, "up"), "arrow-up", then(() => table.shift([row], -1))),
    button(said(table.block, "down"), "arrow-down", then(() => table.shift([row], 1))),
    button(said(table.block, "duplicate"), "copy", then(() => table.duplicate(row))),
    button(said(table.block, "remove"), "trash", then(() => table.remove([row]))),
  ];
}

/** The frame of a sheet: its title and the button that closes it, a body, a foot. */
function frame(table: Table, row: HTMLTableRowElement): [HTMLDialogElement, HTMLElement, HTMLElement] {
  const dialog = document.createElement("dialog");
  const parts = ["dlg-head", "dlg-body", "dlg-foot"].map((name) => {
    const part = document.createElement("div");
    part.className = name;
    return part;
  });
  const title = document.createElement("h2");
  title.textContent = said(table.block, "row", table.rows().indexOf(row) + 1);
  title.id = `${row.id}-sheet`;
  const close = button(said(table.block, "done"), "check", () => dialog.close());
  close.classList.add("primary");
  parts[0]!.append(title, close);
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(...parts);
  dialog.addEventListener("keydown", (event) => {
    if (event.code !== "Enter" || event.defaultPrevented || !(event.target as Element).matches("input")) return;
    event.preventDefault();
    dialog.close();
  });
  return [dialog, parts[1]!, parts[2]!];
}

/** The fields of a row move into a dialog, and back when it is closed: what was typed stays in the form all the time. */
function open(table: Table, row: HTMLTableRowElement): void {
  const [dialog, body, foot] = frame(table, row);
  row.lastElementChild!.append(dialog);
  const homes = fields(table, row, body);
  if (!row.classList.contains("waiting")) {
    homes.push(...lists(table, row, body));
    foot.append(...tools(table, row, dialog));
  }
  dialog.addEventListener("close", () => {
    for (const [home, place] of homes) {
      if (place.matches("[data-rows]")) home.append(place);
      else {
        home.append(...[...place.childNodes].slice(1));
        alike(place, home);
      }
    }
    dialog.remove();
    table.typed(row);
    table.rows().forEach((each) => summary(table, each));
    row.querySelector<HTMLElement>(":scope > .sum > button")?.focus();
  });
  dialog.showModal();
  body.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
}

/** A line of the summary leads into a row: the sheet opens, of a row in a row one after the other. */
function lead(target: HTMLElement): void {
  const row = target.closest<HTMLTableRowElement>("tr.entry");
  const block = row?.closest<HTMLElement>("[data-rows]");
  if (!row || !block) return;
  const table = tableOf(block);
  const above = table.above();
  if (above) lead(above);
  open(table, row);
  target.focus();
}

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>(".summary a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  if (target && phone.matches) setTimeout(() => lead(target));
});

withEach((table) => {
  const all = (): void => {
    if (phone.matches) table.rows().forEach((row) => summary(table, row));
  };
  all();
  phone.addEventListener("change", all);
  table.block.addEventListener("change", all);
  table.block.closest("form")?.addEventListener("kubik:recalculated", all);
});
