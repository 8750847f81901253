// The menu "move to" of a card: by its button, by M; on a phone it is the usual way.
import { closeMenu } from "../menus";
import type { Board } from "./board";

const PHONE = "(max-width: 767px)";

/** The menu that is open is put away. */
let close = (): void => undefined;

function open(board: Board, card: HTMLElement): void {
  close();
  const columns = board.open(card);
  if (card.dataset.fixed !== undefined || columns.length === 0) return board.say("sayFixed");
  const menu = document.createElement("div");
  menu.className = "drop bmenu";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", `${board.words("moveTo")}: ${board.title(card)}`);
  const head = document.createElement("p");
  head.className = "head";
  head.setAttribute("aria-hidden", "true");
  head.textContent = board.words("moveTo");
  menu.append(head, ...columns.map((column) => item(board, card, column, menu)));
  board.held = true;
  board.root.append(menu);
  stand(menu, card.querySelector<HTMLElement>(".bmove") ?? card);
  menu.querySelector("button")?.focus();
  menu.addEventListener("keydown", (event) => keys(event, board, card, menu));
  const closing = new AbortController();
  close = () => {
    if (closing.signal.aborted) return;
    closing.abort();
    board.held = false;
    menu.remove();
  };
  document.addEventListener("pointerdown", (event) => menu.contains(event.target as Node) || close(), { capture: true, signal: closing.signal });
}

function item(board: Board, card: HTMLElement, column: HTMLElement, menu: HTMLElement): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "menuitem");
  const dot = column.querySelector(".bhead .dot")?.cloneNode();
  if (dot) button.append(dot);
  button.append(column.dataset.label!);
  button.addEventListener("click", () => {
    close();
    card.querySelector<HTMLElement>(".bname")?.focus({ preventScroll: true });
    // on a phone one goes on with the column in sight: nothing jumps after the card
    void board.place(card, column).then((done) => done && !matchMedia(PHONE).matches && board.refocus(card));
  });
  return button;
}

function keys(event: KeyboardEvent, board: Board, card: HTMLElement, menu: HTMLElement): void {
  const items = [...menu.querySelectorAll<HTMLElement>("button")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.code];
  if (to !== undefined) items[(to + items.length) % items.length]?.focus();
  else if (event.code === "Escape" || event.code === "Tab") {
    close();
    board.focus(card);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Beside its button, within the window; on a phone it stands at the bottom. */
function stand(menu: HTMLElement, beside: HTMLElement): void {
  if (matchMedia(PHONE).matches) return;
  const [at, box] = [beside.getBoundingClientRect(), menu.getBoundingClientRect()];
  menu.style.left = `${Math.max(8, Math.min(at.right - box.width, innerWidth - box.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - box.height - 8))}px`;
}

export function startMenu(board: Board): void {
  board.root.addEventListener("click", (event) => {
    const press = event as MouseEvent;
    const card = (event.target as Element).closest(".bmove")?.closest<HTMLElement>(".bcard");
    if (!card || press.ctrlKey || press.metaKey || press.shiftKey) return;
    event.preventDefault();
    closeMenu();
    open(board, card);
  });
  board.root.addEventListener("keydown", (event) => {
    const card = (event.target as Element).closest(".bname")?.closest<HTMLElement>(".bcard");
    if (event.code !== "KeyM" || !card || event.ctrlKey || event.metaKey || event.altKey || board.held) return;
    event.preventDefault();
    event.stopPropagation();
    open(board, card);
  });
}
