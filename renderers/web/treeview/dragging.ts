// Dragging a row of a tree onto another, or to the top; a finger holds first, then drags.
import { swallowClick, whileThere } from "../presses";
import type { Tree } from "./tree";

const FAR = 5; // pixels before a press is a drag
const HOLD = 350; // milliseconds that a finger holds

export function startDragging(tree: Tree): void {
  const { root } = tree;
  let row: HTMLElement | null = null;
  let ghost: HTMLElement | null = null;
  let start = { x: 0, y: 0 };
  let hold = 0;

  const top = (): HTMLElement | null => root.querySelector("[data-drop-top]");
  const clear = () => {
    clearTimeout(hold);
    ghost?.remove();
    ghost = row = null;
    root.classList.remove("dragging");
    for (const each of root.querySelectorAll(".over")) each.classList.remove("over");
    const place = top();
    if (place) place.hidden = true;
  };
  const lift = () => {
    if (!row) return;
    swallowClick();
    ghost = document.createElement("div");
    ghost.className = "tghost";
    ghost.textContent = tree.name(row);
    ghost.setAttribute("aria-hidden", "true");
    root.append(ghost);
    root.classList.add("dragging");
    const place = top();
    if (place) place.hidden = Number(row.dataset.level) === 1;
  };
  const under = (event: PointerEvent): HTMLElement | null => {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("tr[data-id], [data-drop-top]") ?? null;
    if (!found || !row || !root.contains(found)) return null;
    return found === row || tree.below(row).includes(found) || tree.above(row) === found ? null : found;
  };

  root.addEventListener("pointerdown", (event) => {
    const found = (event.target as Element).closest<HTMLElement>("tr[data-id]");
    if (!found || found.classList.contains("fixed") || event.button !== 0 || (event.target as Element).closest("button, .tfold")) return;
    row = found;
    start = { x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") hold = window.setTimeout(lift, HOLD);
  });
  const moved = (event: PointerEvent): void => {
    if (!row) return;
    if (!ghost && Math.hypot(event.clientX - start.x, event.clientY - start.y) > FAR) {
      if (event.pointerType === "mouse") lift();
      else return clear();
    }
    if (!ghost) return;
    event.preventDefault();
    ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 8}px`;
    const target = under(event);
    for (const each of root.querySelectorAll(".over")) each.classList.toggle("over", each === target);
    target?.classList.add("over");
  };
  const dropped = (event: PointerEvent): void => {
    if (!row) return;
    const [carried, live, target] = [row, ghost !== null, ghost ? under(event) : null];
    clear();
    if (!live) return;
    if (target) tree.move(carried, target.dataset.id ?? "", target.dataset.id ? tree.name(target) : "");
  };
  whileThere(root, { pointermove: moved, pointerup: dropped, pointercancel: clear, keydown: (event) => event.key === "Escape" && clear() });
  root.addEventListener("touchmove", (event) => ghost && event.preventDefault(), { passive: false });
  root.addEventListener("contextmenu", (event) => ghost && event.preventDefault());
}
