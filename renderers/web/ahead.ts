// Keys pressed before the field has come that they are for: they are typed into it when it is there.
import { writing } from "./dom";

type Field = HTMLInputElement | HTMLTextAreaElement;

let typed = "";
const waiting = new Set<{ box: Element }>();

window.addEventListener("keydown", (event) => {
  const key = event.key === "Enter" ? "\n" : event.key;
  if (!waiting.size || key.length !== 1 || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (writing(event.target) && ![...waiting].some(({ box }) => box.contains(event.target as Element))) return;
  event.preventDefault(); // a letter is no key of the page now
  event.stopImmediatePropagation();
  if (!event.repeat && (typed || key !== "\n")) typed += key; // Enter pressed twice is no answer to what nobody has seen
}, true);

/** Waits for the field of a box that `bring` answers; what is typed until then goes into it, an Enter behind it too, and what follows into the next one. */
export async function ahead(box: Element, bring: () => Promise<Element | null>): Promise<void> {
  const one = { box };
  waiting.add(one);
  const field = await bring().finally(() => waiting.delete(one));
  if (!field && waiting.size) return; // another one is to come
  const end = field instanceof HTMLTextAreaElement ? -1 : typed.indexOf("\n"); // there an Enter is a line
  const [text, rest] = end < 0 ? [typed, ""] : [typed.slice(0, end), typed.slice(end + 1)];
  typed = rest;
  if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !/^(checkbox|radio|file)$/.test(field.type))) put(field, text, end >= 0);
  if (!waiting.size) typed = "";
}

function put(field: Field, text: string, enter: boolean): void {
  if (text) {
    if (field.selectionStart === null || field.selectionEnd === null) field.value = text; // a field of mail tells of no place
    else field.setRangeText(text, field.selectionStart, field.selectionEnd, "end"); // as a key would: what stands there is not lost
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (enter && text && field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }))) {
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.form?.requestSubmit();
  }
}
