// The toolbar of the editor: one stop of Tab, arrows inside it, buttons that say whether their formatting is on.
import { lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import type { MarkType, NodeType } from "prosemirror-model";
import { liftListItem, wrapInList } from "prosemirror-schema-list";
import type { Command, EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { linkable, schema } from "./schema";

const { nodes, marks } = schema;

interface Tool {
  run: Command;
  on?: (state: EditorState) => boolean;
}

function markOn(type: MarkType): (state: EditorState) => boolean {
  return (state) => {
    const { from, to, empty, $from } = state.selection;
    return empty ? !!type.isInSet(state.storedMarks ?? $from.marks()) : state.doc.rangeHasMark(from, to, type);
  };
}

function inside(type: NodeType, level?: number): (state: EditorState) => boolean {
  return ({ selection: { $from } }) => {
    for (let depth = $from.depth; depth > 0; depth--) {
      const node = $from.node(depth);
      if (node.type === type) return level === undefined || node.attrs.level === level;
    }
    return false;
  };
}

const mark = (type: MarkType): Tool => ({ run: toggleMark(type), on: markOn(type) });
const block = (type: NodeType, level?: number): Tool => {
  const on = inside(type, level);
  const attrs = level === undefined ? null : { level };
  return { on, run: (state, dispatch) => (on(state) ? setBlockType(nodes.paragraph) : setBlockType(type, attrs))(state, dispatch) };
};
const list = (type: NodeType): Tool => {
  const on = inside(type);
  return { on, run: (state, dispatch) => (on(state) ? liftListItem(nodes.list_item) : wrapInList(type))(state, dispatch) };
};
const onQuote = inside(nodes.blockquote);
/** Takes all formatting of the selection away. */
const clear: Command = (state, dispatch) => {
  const { from, to, empty } = state.selection;
  if (empty) return false;
  dispatch?.(state.tr.removeMark(from, to).setBlockType(from, to, nodes.paragraph));
  return true;
};

const TOOLS: Record<string, Tool> = {
  bold: mark(marks.strong),
  italic: mark(marks.em),
  underline: mark(marks.underline),
  strike: mark(marks.strike),
  code: mark(marks.code),
  h1: block(nodes.heading, 1),
  h2: block(nodes.heading, 2),
  h3: block(nodes.heading, 3),
  bullets: list(nodes.bullet_list),
  numbers: list(nodes.ordered_list),
  quote: { run: (state, dispatch) => (onQuote(state) ? lift : wrapIn(nodes.blockquote))(state, dispatch), on: onQuote },
  pre: block(nodes.code_block),
  clear: { run: clear },
  undo: { run: undo },
  redo: { run: redo },
};

export class Toolbar {
  private readonly buttons: HTMLButtonElement[];
  private readonly linkForm: HTMLElement;
  private readonly address: HTMLInputElement;

  constructor(
    readonly dom: HTMLElement,
    private readonly view: () => EditorView,
  ) {
    const bar = dom.querySelector<HTMLElement>("[role=toolbar]") ?? dom;
    this.buttons = [...bar.querySelectorAll<HTMLButtonElement>("[data-tool]")];
    this.linkForm = dom.querySelector<HTMLElement>("[data-link]") ?? dom;
    this.address = this.linkForm.querySelector("input") ?? document.createElement("input");
    this.buttons.forEach((button, index) => (button.tabIndex = index === 0 ? 0 : -1));
    bar.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays where it is
    bar.addEventListener("click", (event) => this.press((event.target as Element).closest<HTMLButtonElement>("[data-tool]")));
    bar.addEventListener("keydown", (event) => this.move(event));
    this.linkForm.addEventListener("keydown", (event) => this.linkKey(event));
    this.linkForm.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do;
      if (act) this.endLink(act === "set" ? this.address.value : act === "remove" ? "" : null);
    });
  }

  private press(button: HTMLButtonElement | null): void {
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const view = this.view();
    if (button.dataset.tool === "link") {
      this.askLink(view.state);
      return;
    }
    TOOLS[button.dataset.tool ?? ""]?.run(view.state, view.dispatch, view);
    if (document.activeElement !== button) view.focus();
  }

  private move(event: KeyboardEvent): void {
    const at = this.buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.buttons.length - 1 }[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      this.view().focus();
    }
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = this.buttons.at(to % this.buttons.length);
    if (!next) return;
    for (const button of this.buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  // --- links

  /** Asks for the address of the selected words, or of the link that the cursor is in. */
  readonly askLink: Command = (state) => {
    const { $from } = state.selection;
    const here = marks.link.isInSet($from.marks()) ?? marks.link.isInSet($from.nodeAfter?.marks ?? []);
    if (state.selection.empty && !here) return false;
    this.address.value = (here?.attrs.href as string | undefined) ?? "";
    this.address.removeAttribute("aria-invalid");
    this.linkForm.hidden = false;
    this.address.focus();
    this.address.select();
    return true;
  };

  private linkKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.endLink(null);
    } else if (event.key === "Enter" && event.target === this.address) {
      event.preventDefault();
      event.stopPropagation();
      this.endLink(this.address.value);
    }
  }

  /** Sets the address, takes the link away when it is empty, leaves all as it was when it is null. */
  private endLink(written: string | null): void {
    const view = this.view();
    const typed = written?.trim() ?? "";
    const href = typed && !linkable(typed) ? (typed.includes("@") ? `mailto:${typed}` : `https://${typed}`) : typed;
    if (written !== null && href && (!linkable(href) || /\s/.test(href))) {
      this.address.setAttribute("aria-invalid", "true");
      return;
    }
    this.linkForm.hidden = true;
    if (written !== null) {
      let { from, to } = view.state.selection;
      if (view.state.selection.empty) [from, to] = this.linkAround(view.state);
      const tr = view.state.tr.removeMark(from, to, marks.link);
      if (href) tr.addMark(from, to, marks.link.create({ href }));
      view.dispatch(tr);
    }
    view.focus();
  }

  private linkAround(state: EditorState): [number, number] {
    const { $from } = state.selection;
    let [from, to] = [$from.pos, $from.pos];
    const parent = $from.parent;
    parent.forEach((node, offset) => {
      const start = $from.start() + offset;
      if (marks.link.isInSet(node.marks) && start <= $from.pos && $from.pos <= start + node.nodeSize) [from, to] = [start, start + node.nodeSize];
    });
    return [from, to];
  }

  // --- what is on

  show(state: EditorState): void {
    for (const button of this.buttons) {
      const tool = TOOLS[button.dataset.tool ?? ""];
      if (button.dataset.tool === "link") {
        button.setAttribute("aria-pressed", String(markOn(marks.link)(state)));
        button.setAttribute("aria-disabled", String(state.selection.empty && !markOn(marks.link)(state)));
        continue;
      }
      if (tool?.on) button.setAttribute("aria-pressed", String(tool.on(state)));
      else button.setAttribute("aria-disabled", String(!tool?.run(state)));
    }
  }
}
