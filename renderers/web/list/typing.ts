// The search of a list: what is typed while an answer comes is not lost with the field that the answer replaces.
interface Exchange {
  sourceElement?: HTMLElement;
}

const field = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>("#list-search");

let sent: string | null = null;
let typed: string | null = null;
let started = false;

export function startTyping(): void {
  if (started) return;
  started = true;
  // what was typed before anything listened to it
  document.addEventListener("htmx:after:process", () => {
    const box = field();
    if (box && box.value !== box.defaultValue) box.dispatchEvent(new Event("input", { bubbles: true }));
  }, { once: true });
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement } = (event as CustomEvent<{ ctx: Exchange }>).detail.ctx;
    if (sourceElement?.matches("form.find")) sent = field()?.value ?? null;
  });
  document.addEventListener("htmx:before:swap", (event) => {
    const box = field();
    const own = (event as CustomEvent<{ ctx: Exchange }>).detail.ctx.sourceElement?.matches("form.find");
    typed = box && (own || box === document.activeElement) && box.value !== (sent ?? box.defaultValue) ? box.value : null;
  });
  document.addEventListener("htmx:after:settle", () => {
    const [box, text] = [field(), typed];
    sent = typed = null;
    if (!box || text === null) return;
    box.value = text;
    setTimeout(() => box.dispatchEvent(new Event("input", { bubbles: true }))); // asks for it, once htmx listens to the new field
  });
}
