// Dragging in a calendar: to another day, among hours, or the end of a record; a finger holds first, then drags.
import { swallowClick, whileThere } from "../presses";
import { HOUR, STEP, type Calendar } from "./calendar";

const FAR = 4; // pixels before a press is a drag
const HOLD = 350; // milliseconds that a finger holds
const EDGE = 8; // pixels at the end of an entry that make it longer

interface Drag {
  entry: HTMLElement;
  ghost: HTMLElement | null;
  day: HTMLElement;
  x: number;
  y: number;
  end: boolean;
  live: boolean;
}

const shift = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

export function startDragging(calendar: Calendar): void {
  const { root } = calendar;
  let drag: Drag | null = null;
  let hold = 0;

  const minutes = (event: PointerEvent): number => {
    if (!drag || drag.entry.dataset.top === undefined) return 0;
    return Math.round((((event.clientY - drag.y) * 60) / HOUR + 0) / STEP) * STEP;
  };
  const under = (event: PointerEvent): HTMLElement | null => {
    const found = document.elementsFromPoint(event.clientX, event.clientY).find((each) => each.matches(".cday"));
    return found && root.contains(found) ? (found as HTMLElement) : null;
  };
  const clear = () => {
    clearTimeout(hold);
    drag?.ghost?.remove();
    for (const day of calendar.days()) day.classList.remove("over");
    root.classList.remove("dragging");
    drag = null;
  };
  const lift = () => {
    if (!drag) return;
    drag.live = true;
    swallowClick();
    root.classList.add("dragging");
    drag.ghost = drag.entry.cloneNode(true) as HTMLElement;
    drag.ghost.classList.add("ghost");
    drag.ghost.setAttribute("aria-hidden", "true");
    const box = drag.entry.getBoundingClientRect();
    Object.assign(drag.ghost.style, { width: `${box.width}px`, height: `${box.height}px`, left: `${box.left}px`, top: `${box.top}px` });
    root.append(drag.ghost);
  };

  root.addEventListener("pointerdown", (event) => {
    const entry = (event.target as Element).closest<HTMLElement>(".centry");
    if (!entry || entry.classList.contains("fixed") || event.button !== 0) return;
    const box = entry.getBoundingClientRect();
    const timed = entry.dataset.top !== undefined;
    const end = entry.dataset.ends !== undefined && (timed ? box.bottom - event.clientY < EDGE : box.right - event.clientX < EDGE);
    drag = { entry, ghost: null, day: calendar.dayOf(entry), x: event.clientX, y: event.clientY, end, live: false };
    if (event.pointerType !== "mouse") hold = window.setTimeout(lift, HOLD);
  });
  const moved = (event: PointerEvent): void => {
    if (!drag) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR;
    if (!drag.live && far) {
      if (event.pointerType === "mouse") lift();
      else return clear(); // the finger scrolls
    }
    if (!drag?.live) return;
    event.preventDefault();
    const day = under(event);
    for (const each of calendar.days()) each.classList.toggle("over", each === day && !(drag.end && drag.entry.dataset.top !== undefined));
    if (!drag.ghost) return;
    if (drag.end && drag.entry.dataset.top !== undefined) drag.ghost.style.height = `${Math.max(20, drag.entry.offsetHeight + (minutes(event) * HOUR) / 60)}px`;
    else drag.ghost.style.translate = `${event.clientX - drag.x}px ${event.clientY - drag.y}px`;
  };
  const dropped = (event: PointerEvent): void => {
    if (!drag) return;
    const { entry, day, end, live } = drag;
    const [target, later] = [under(event), minutes(event)];
    clear();
    if (!live) return;
    const days = target ? shift(day.dataset.on!, target.dataset.on!) : 0;
    if (target || end) calendar.move(entry, { days, minutes: later, end });
  };
  whileThere(root, { pointermove: moved, pointerup: dropped, pointercancel: clear, keydown: (event) => event.key === "Escape" && drag && clear() });
  root.addEventListener("touchmove", (event) => drag?.live && event.preventDefault(), { passive: false });
  root.addEventListener("contextmenu", (event) => drag?.live && event.preventDefault());
}
