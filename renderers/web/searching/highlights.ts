// What a list was searched for, marked in its cells: painted by the browser over the text, nothing of the page changes.
const NAME = "found";
const SHORT = 3;

const folded = (text: string): string => text.toLowerCase().replaceAll("ё", "е");

/** The words of a search; long ones also without their ending, since other forms of a word are found, too. */
function sought(text: string): string[][] {
  const words = folded(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => (/^\p{L}{5,}$/u.test(word) ? [word, ...[1, 2, 3].map((cut) => word.slice(0, Math.max(4, word.length - cut)))] : [word]));
}

function places(text: string, forms: string[]): [number, number][] {
  for (const form of forms) {
    const found: [number, number][] = [];
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
      const begins = at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");
      if (form.length >= SHORT || begins) found.push([at, at + form.length]);
    }
    if (found.length > 0) return found;
  }
  return [];
}

/** Marks what the list's own search box holds. */
function markList(): void {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete(NAME);
  const input = document.querySelector<HTMLInputElement>("#list-search");
  const words = sought(input?.defaultValue ?? "");
  if (words.length === 0) return;
  const ranges: Range[] = [];
  for (const root of document.querySelectorAll("#rows tbody, .board .cards")) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = folded(node.nodeValue ?? "");
      if (text.trim() === "") continue;
      for (const forms of words) {
        for (const [start, end] of places(text, forms)) {
          const range = new Range();
          range.setStart(node, start);
          range.setEnd(node, end);
          ranges.push(range);
        }
      }
    }
  }
  if (ranges.length > 0) CSS.highlights.set(NAME, new Highlight(...ranges));
}

let waiting = 0;

export function startHighlights(): void {
  const later = (): void => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(markList);
  };
  for (const event of ["htmx:after:settle", "kubik:rows", "kubik:put"]) document.addEventListener(event, later);
  later();
}
