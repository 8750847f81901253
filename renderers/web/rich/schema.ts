// What a rich text is made of: the same tags that the server keeps (metamodel/fields/html.py).
import { type Attrs, type MarkSpec, type NodeSpec, Schema } from "prosemirror-model";
import { marks as basicMarks, nodes as basicNodes } from "prosemirror-schema-basic";
import { bulletList, listItem, orderedList } from "prosemirror-schema-list";

const OWN_FILE = /^\/files\/[A-Za-z0-9._~%/-]{1,300}$/;
const LINK = /^(https?:|mailto:|tel:|\/(?!\/)|#)/i;

/** Whether an address may be linked to: the schemes that the server keeps, and places of this site. */
export const linkable = (address: string): boolean => LINK.test(address.trim());

const levels = [1, 2, 3, 4];
const heading: NodeSpec = {
  attrs: { level: { default: 2 } },
  content: "inline*",
  group: "block",
  defining: true,
  parseDOM: [...levels, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: Math.min(level, 4) } })),
  toDOM: (node) => [`h${String(node.attrs.level)}`, 0],
};

const span = (dom: HTMLElement): Attrs => ({ colspan: Number(dom.getAttribute("colspan") ?? 1), rowspan: Number(dom.getAttribute("rowspan") ?? 1) });
const spanned = (attrs: Attrs): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const name of ["colspan", "rowspan"]) if (attrs[name] > 1) found[name] = String(attrs[name]);
  return found;
};
const cell = (tag: "td" | "th"): NodeSpec => ({
  attrs: { colspan: { default: 1 }, rowspan: { default: 1 } },
  content: "(paragraph | bullet_list | ordered_list)+",
  isolating: true,
  parseDOM: [{ tag, getAttrs: span }],
  toDOM: (node) => [tag, spanned(node.attrs), 0],
});

/** Tables come from what was pasted or sent: their words can be changed, their shape stays. */
const tables: Record<string, NodeSpec> = {
  table: { content: "table_row+", group: "block", isolating: true, parseDOM: [{ tag: "table" }], toDOM: () => ["table", ["tbody", 0]] },
  table_row: { content: "(table_cell | table_head)+", parseDOM: [{ tag: "tr" }], toDOM: () => ["tr", 0] },
  table_cell: cell("td"),
  table_head: cell("th"),
};

const image: NodeSpec = {
  inline: true,
  group: "inline",
  draggable: true,
  attrs: { src: {}, alt: { default: "" } },
  parseDOM: [
    {
      tag: "img[src]",
      getAttrs: (dom) => {
        const src = dom.getAttribute("src") ?? "";
        return OWN_FILE.test(src) ? { src, alt: dom.getAttribute("alt") ?? "" } : false;
      },
    },
    { tag: "img", ignore: true },
  ],
  toDOM: (node) => ["img", { src: node.attrs.src, alt: node.attrs.alt }],
};

const link: MarkSpec = {
  attrs: { href: {} },
  inclusive: false,
  parseDOM: [
    {
      tag: "a[href]",
      getAttrs: (dom) => {
        const href = dom.getAttribute("href") ?? "";
        return linkable(href) ? { href } : false;
      },
    },
  ],
  toDOM: (mark) => ["a", { href: mark.attrs.href, rel: "noopener nofollow" }, 0],
};

const underline: MarkSpec = { parseDOM: [{ tag: "u" }, { tag: "ins" }, { style: "text-decoration=underline" }], toDOM: () => ["u", 0] };
const strike: MarkSpec = { parseDOM: [{ tag: "s" }, { tag: "del" }, { tag: "strike" }, { style: "text-decoration=line-through" }], toDOM: () => ["s", 0] };

export const schema = new Schema({
  nodes: {
    doc: basicNodes.doc,
    paragraph: basicNodes.paragraph,
    blockquote: basicNodes.blockquote,
    horizontal_rule: basicNodes.horizontal_rule,
    heading,
    code_block: basicNodes.code_block,
    bullet_list: { ...bulletList, content: "list_item+", group: "block" },
    ordered_list: { ...orderedList, content: "list_item+", group: "block" },
    list_item: { ...listItem, content: "paragraph block*" },
    ...tables,
    text: basicNodes.text,
    image,
    hard_break: basicNodes.hard_break,
  },
  marks: { link, strong: basicMarks.strong, em: basicMarks.em, underline, strike, code: basicMarks.code },
});
