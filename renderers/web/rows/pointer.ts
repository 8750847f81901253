// Child rows by mouse and finger: the buttons, the handle that drags a row or opens its menu, rectangles of cells.
import { icon } from "../dom";
import { keysOf } from "./keys";
import { type Table, said, withEach } from "./table";

const NEAR = 4;
const EDGE = 36;

function menu(table: Table, row: HTMLTableRowElement, grip: HTMLElement): void {
  table.block.querySelector(":scope > .row-menu")?.remove();
  const list = document.createElement("div");
  list.className = "drop row-menu";
  list.setAttribute("role", "menu");
  const entries: [string, string, () => void][] = [
    ["up", "arrow-up", () => table.shift([row], -1)],
    ["down", "arrow-down", () => table.shift([row], 1)],
    ["duplicate", "copy", () => table.duplicate(row)],
    ["remove", "x", () => table.remove([row])],
  ];
  const close = (back: boolean): void => {
    list.remove();
    if (back) grip.focus();
  };
  for (const [name, picture, run] of entries) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "menuitem");
    button.append(icon(picture), said(table.block, name));
    button.addEventListener("click", () => {
      close(false);
      run();
    });
    list.append(button);
  }
  const at = grip.getBoundingClientRect();
  list.style.position = "fixed";
  list.style.left = "auto";
  list.style.right = `${document.documentElement.clientWidth - at.right}px`;
  list.style.top = window.innerHeight - at.bottom > 180 ? `${at.bottom + 2}px` : "auto";
  list.style.bottom = window.innerHeight - at.bottom > 180 ? "auto" : `${window.innerHeight - at.top + 2}px`;
  table.block.append(list);
  const buttons = [...list.querySelectorAll("button")];
  buttons[0]!.focus();
  list.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.code === "Escape") close(true);
    else if (event.code === "ArrowDown" || event.code === "ArrowUp") buttons[(index + (event.code === "ArrowDown" ? 1 : 3)) % 4]!.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("focusout", (event) => !list.contains(event.relatedTarget as Node | null) && setTimeout(() => list.remove(), 150));
}

/** Drags a row by its handle; a press that does not move opens the menu. */
function drag(table: Table, row: HTMLTableRowElement, grip: HTMLElement, start: PointerEvent): void {
  grip.setPointerCapture(start.pointerId);
  const frame = table.block.querySelector<HTMLElement>(":scope > .frame")!;
  const others = table.rows().filter((other) => other !== row && !other.classList.contains("waiting"));
  const scroller = frame.scrollHeight > frame.clientHeight ? frame : frame.closest<HTMLElement>(".work");
  let marked: HTMLElement | null = null;
  let to = -1;
  let dragging = false;
  const mark = (y: number): void => {
    to = others.findIndex((other) => y < other.getBoundingClientRect().top + other.offsetHeight / 2);
    if (to < 0) to = others.length;
    marked?.classList.remove("drop-before", "drop-after");
    marked = others[to] ?? others.at(-1) ?? null;
    marked?.classList.add(to < others.length ? "drop-before" : "drop-after");
  };
  const move = (event: PointerEvent): void => {
    if (!dragging && Math.abs(event.clientY - start.clientY) < NEAR) return;
    dragging = true;
    row.classList.add("dragged");
    const box = scroller?.getBoundingClientRect();
    if (box && event.clientY < box.top + EDGE) scroller!.scrollTop -= 12;
    if (box && event.clientY > box.bottom - EDGE) scroller!.scrollTop += 12;
    mark(event.clientY);
  };
  const end = (event: Event): void => {
    for (const name of ["pointermove", "pointerup", "pointercancel", "keydown"]) grip.removeEventListener(name, name === "pointermove" ? (move as EventListener) : end);
    row.classList.remove("dragged");
    marked?.classList.remove("drop-before", "drop-after");
    if (event.type === "keydown") event.stopPropagation();
    if (event.type !== "pointerup") return;
    if (dragging) table.move([row], to);
    else menu(table, row, grip);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  grip.addEventListener("keydown", end);
}

function click(table: Table, event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLElement>("button");
  if (!button || button.closest("[data-rows]") !== table.block) return;
  const row = button.closest<HTMLTableRowElement>("tr.entry");
  if (button.matches("[data-add]")) table.focus(table.wait(), 0);
  else if (row && button.matches("[data-remove]")) table.remove([row]);
  else if (row && button.matches("[data-below]")) below(table, row, button);
  else if (row && button.matches("[data-grip]") && event.detail === 0) menu(table, row, button);
  else return;
  event.preventDefault();
}

/** Opens the lists of a row, or folds them away. */
function below(table: Table, row: HTMLTableRowElement, button: HTMLElement): void {
  if (row.classList.contains("waiting")) return;
  if (button.getAttribute("aria-expanded") === "true") return table.fold(row, true);
  const inner = table.open(row, button.dataset.below!);
  inner.focus(inner.wait(), 0);
}

withEach((table) => {
  const keys = keysOf(table);
  table.block.addEventListener("click", (event) => click(table, event));
  table.block.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    const grip = target.closest<HTMLElement>("[data-grip]");
    const row = target.closest<HTMLTableRowElement>("tr.entry");
    if (!keys.mine(target) || event.button !== 0 || !row) return;
    if (grip && !row.classList.contains("waiting")) drag(table, row, grip, event);
    const cell = keys.cellOf(target);
    if (!cell || event.pointerType === "touch" || event.shiftKey) return;
    const over = (moved: PointerEvent): void => {
      const there = (moved.target as Element).closest<HTMLElement>("td[data-cell]");
      if (!there || there.closest("[data-rows]") !== table.block || (there === cell && !keys.choice.there)) return;
      getSelection()?.removeAllRanges();
      keys.choice.between(cell, there);
    };
    const stop = (): void => table.block.removeEventListener("pointerover", over);
    table.block.addEventListener("pointerover", over);
    addEventListener("pointerup", stop, { once: true });
  });
  // the lists of rows that came with something in them: open where something is wrong, else folded away
  for (const row of table.rows()) {
    const inner = table.inner(row);
    if (!inner.length) continue;
    const wrong = table.group(row).some((part) => part.querySelector(".wrong, [aria-invalid='true']"));
    table.fold(row, !wrong);
  }
  for (const button of table.body.querySelectorAll<HTMLElement>(":scope > tr.entry > .below > [data-below]:not([aria-expanded])")) button.setAttribute("aria-expanded", "false");
});
