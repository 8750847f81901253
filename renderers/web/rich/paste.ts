// What is pasted: Word's lists become lists; all other foreign formatting falls away in the schema.

const PARAGRAPH = /(^|\s)MsoListParagraph/;
const ORDERED = /^\s*(\d+|[a-zа-я]|[ivx]+)[.)]/i;

const TAG = /<([a-z][\w:-]*)((?:\s+[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?|\s*\/)*)\s*>/gi;
const ATTRIBUTE = /\s([^\s"'>/=]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)/g;
const KEPT = new Set(["href", "src", "alt", "class", "colspan", "rowspan", "start"]);

/** The attributes that the schema or the lists of Word ask for; a parsed style or handler would break the policy. */
function kept(written: string): string {
  let found = "";
  for (const [, name = "", value = ""] of written.matchAll(ATTRIBUTE)) {
    const lower = name.toLowerCase();
    if (KEPT.has(lower)) found += ` ${lower}=${value}`;
    else if (lower === "style") found += ` data-style=${value}`;
  }
  return found;
}

/** The level of a paragraph that Word marks as an item of a list; 0 for any other. */
function level(paragraph: HTMLElement): number {
  const style = paragraph.getAttribute("data-style") ?? "";
  const found = /mso-list:[^;]*level(\d)/i.exec(style);
  if (found) return Number(found[1]);
  return PARAGRAPH.test(paragraph.className) ? 1 : 0;
}

/** Takes the bullet or number that Word writes as text away; answers it. */
function marker(paragraph: HTMLElement): string {
  for (const span of paragraph.querySelectorAll<HTMLElement>("span")) {
    if (/mso-list:\s*ignore/i.test(span.getAttribute("data-style") ?? "")) {
      span.remove();
      return span.textContent ?? "";
    }
  }
  return "";
}

function gather(body: HTMLElement): void {
  const open: HTMLElement[] = [];
  for (const paragraph of [...body.querySelectorAll<HTMLElement>("p")]) {
    const depth = level(paragraph);
    if (depth === 0 || paragraph.closest("li")) {
      open.length = 0;
      continue;
    }
    if (open.length > 0 && paragraph.previousElementSibling !== open[0]) open.length = 0;
    const tag = ORDERED.test(marker(paragraph)) ? "ol" : "ul";
    open.length = Math.min(open.length, depth);
    while (open.length < depth) {
      const list = paragraph.ownerDocument.createElement(tag);
      const above = open.at(-1)?.lastElementChild;
      if (above) above.append(list);
      else paragraph.before(list);
      open.push(list);
    }
    const item = paragraph.ownerDocument.createElement("li");
    open.at(-1)?.append(item);
    item.append(paragraph);
  }
}

/** Pasted HTML, made ready for the schema. */
export function cleaned(html: string): string {
  const quiet = html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<!\[[^\]]*\]>/g, "")
    .replace(/<(style|script|title|xml)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<\/?o:p\b[^>]*>/gi, "")
    .replace(TAG, (_tag, name: string, written: string) => `<${name}${kept(written)}>`);
  const page = new DOMParser().parseFromString(quiet, "text/html");
  for (const element of page.body.querySelectorAll<HTMLElement>("[data-style]")) marksOf(element);
  gather(page.body);
  return page.body.innerHTML;
}

/** Bold, italic and the like that stand in styles alone become their tags; what undoes a tag takes it away. */
function marksOf(element: HTMLElement): void {
  const style = (element.getAttribute("data-style") ?? "").toLowerCase();
  if (/^(b|strong)$/i.test(element.tagName) && /font-weight:\s*(normal|400)/.test(style)) {
    element.replaceWith(...element.childNodes);
    return;
  }
  if (!/^(span|font)$/i.test(element.tagName)) return;
  const wraps = [
    [/font-weight:\s*(bold|[6-9]00)/, "strong"],
    [/font-style:\s*italic/, "em"],
    [/text-decoration[a-z-]*:[^;]*underline/, "u"],
    [/text-decoration[a-z-]*:[^;]*line-through/, "s"],
  ] as const;
  for (const [pattern, tag] of wraps) {
    if (!pattern.test(style)) continue;
    const mark = element.ownerDocument.createElement(tag);
    mark.append(...element.childNodes);
    element.append(mark);
  }
}
