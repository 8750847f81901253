// The editor of rich texts over a text area, which stays the field that is sent: its text is the HTML.
import { history } from "prosemirror-history";
import { DOMParser as Reader, DOMSerializer, type Node } from "prosemirror-model";
import { EditorState, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { keys, typed } from "./keys";
import { cleaned } from "./paste";
import { schema } from "./schema";
import { Toolbar } from "./toolbar";

const reader = Reader.fromSchema(schema);
const serializer = DOMSerializer.fromSchema(schema);

function read(html: string): Node {
  const page = new DOMParser().parseFromString(html, "text/html");
  return reader.parse(page.body);
}

function write(doc: Node): string {
  if (doc.childCount === 1 && doc.firstChild?.isTextblock && doc.firstChild.content.size === 0) return "";
  const holder = document.implementation.createHTMLDocument("").createElement("div");
  holder.append(serializer.serializeFragment(doc.content, { document: holder.ownerDocument }));
  return holder.innerHTML;
}

/** Attributes by which the text area spoke to people, for the editor to speak with. */
function attributes(area: HTMLTextAreaElement): Record<string, string> {
  const label = area.labels?.[0]?.firstChild?.textContent?.trim();
  const found: Record<string, string> = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": area.getAttribute("aria-label") ?? label ?? "",
    class: "rich rich-edit",
  };
  for (const name of ["aria-invalid", "aria-describedby", "aria-required"]) {
    const value = area.getAttribute(name);
    if (value) found[name] = value;
  }
  return found;
}

/** Puts the editor in the place of a text area. */
export function mount(area: HTMLTextAreaElement): void {
  const field = area.closest<HTMLElement>("[data-rich-field]");
  const pattern = field?.querySelector<HTMLTemplateElement>("template[data-rich-tools]");
  if (!field || !pattern) return;
  for (const old of field.querySelectorAll(".rich-box")) old.remove();
  const box = document.createElement("div");
  box.className = "rich-box";
  box.append(pattern.content.cloneNode(true));
  const first = { html: area.value, doc: read(area.value) };
  let own = false;
  const toolbar = new Toolbar(box, () => view);

  const sync = (doc: Node): void => {
    area.value = doc.eq(first.doc) ? first.html : write(doc);
    own = true;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    own = false;
  };
  const state = (doc: Node): EditorState => EditorState.create({ doc, plugins: [typed(), ...keys(toolbar.askLink), history()] });
  const view: EditorView = new EditorView(box, {
    state: state(first.doc),
    attributes: attributes(area),
    transformPastedHTML: cleaned,
    dispatchTransaction(transaction) {
      const next = view.state.apply(transaction);
      view.updateState(next);
      toolbar.show(next);
      if (transaction.docChanged) sync(next.doc);
    },
    handleDOMEvents: {
      // what saves or leaves the form around is not the editor's, which would take every Enter and Escape
      keydown: (_, event) => event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey)),
      blur: () => {
        area.dispatchEvent(new Event("change", { bubbles: true }));
        return false;
      },
    },
  });
  toolbar.show(view.state);
  const focused = document.activeElement === area; // the form was there before its editor
  area.classList.add("hush");
  area.tabIndex = -1;
  area.setAttribute("aria-hidden", "true");
  area.addEventListener("focus", () => view.focus());
  area.addEventListener("input", () => {
    if (!own) view.updateState(state(read(area.value))); // somebody else wrote into it: a draft, a default
  });
  area.after(box);
  if (!focused) return;
  view.dispatch(view.state.tr.setSelection(Selection.atEnd(view.state.doc)));
  view.focus();
  area.closest("[data-in-place]")?.scrollIntoView({ block: "nearest" });
}
