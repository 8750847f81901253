// Small helpers over the document.

/** All elements of a selector inside `root` that `mark` was not put on yet; puts it. */
export function fresh<E extends HTMLElement>(root: ParentNode, selector: string, mark: string): E[] {
  return [...root.querySelectorAll<E>(selector)].filter((element) => {
    if (element.dataset[mark] !== undefined) return false;
    element.dataset[mark] = "";
    return true;
  });
}

/** A script that is brought when the first of its kind stands on a page. What is drawn anew later is started at once: no key is lost between. */
export function brought<Module>(bring: () => Promise<Module>): (start: (module: Module) => void) => void {
  let here: Module | null = null;
  return (start) => {
    if (here) return start(here);
    void bring().then((module) => start((here = module)));
  };
}

/** A word of the page's language that scripts need; `%` and `#` in it are filled in order. */
export function word(name: string, ...values: (string | number)[]): string {
  const text = document.querySelector<HTMLElement>("#words")?.dataset[name] ?? "";
  return ["%", "#"].reduce((filled, sign, index) => filled.replace(sign, String(values[index] ?? "")), text);
}

export function icon(name: string): SVGSVGElement {
  const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "i s");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export const token = (): string => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

/** Whether a person is writing: single-letter keys are then letters. */
export function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}
