// What presses, drags and the clicks behind them have in common wherever something is dragged.

const LATE = 400; // milliseconds after a press in which its click may still come: a busy machine tells late of a finger

let free: Promise<void> = Promise.resolve();
let letGo = (): void => undefined;
let held = false;

window.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button !== 0) return;
  letGo();
  held = true;
  free = new Promise((resolve) => {
    letGo = () => {
      held = false;
      resolve();
    };
  });
}, true);
for (const name of ["pointerup", "pointercancel", "dragend", "keydown"]) window.addEventListener(name, () => letGo(), true);
window.addEventListener("change", (event) => event.target instanceof HTMLSelectElement && letGo(), true); // a press elsewhere changes a field by leaving it, and goes on
window.addEventListener("blur", () => letGo());
window.addEventListener("pointermove", (event) => event.buttons || letGo(), true); // let go where the page does not hear of it, as over the options of a select

/** When nothing is pressed by mouse or finger: what is exchanged under a press is not pressed, nor dropped. */
export const released = (): Promise<void> => free;

/** Whether something is pressed: a press may have begun since it was ``released``. */
export const pressed = (): boolean => held;

/** The press that goes on became a drag: nobody hears of the click behind it. The next press is heard, however soon it comes. */
export function swallowClick(): void {
  const over = new AbortController();
  const heard = { capture: true, signal: over.signal };
  const end = (): void => over.abort();
  const swallow = (click: Event): void => {
    if (!click.isTrusted) return; // a script's, not a person's
    click.preventDefault();
    click.stopPropagation();
    end();
  };
  window.addEventListener("click", swallow, heard);
  window.addEventListener("pointerdown", (event) => event.isPrimary && end(), heard);
  window.addEventListener("pointercancel", end, heard);
  window.addEventListener("pointerup", () => {
    setTimeout(end, LATE);
    window.addEventListener("keydown", end, heard);
  }, heard);
}

/** Hears events of the document as long as ``root`` is in it: what is drawn anew leaves no ears behind. */
export function whileThere<Name extends keyof DocumentEventMap>(root: HTMLElement, names: { [Each in Name]: (event: DocumentEventMap[Each]) => void }): void {
  const gone = new AbortController();
  for (const name of Object.keys(names) as Name[]) {
    document.addEventListener(name, (event) => (root.isConnected ? names[name](event as DocumentEventMap[Name]) : gone.abort()), { signal: gone.signal });
  }
}
