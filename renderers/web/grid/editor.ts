// A cell in edit: the widget of the field's type over the cell, of its very size, with what stands there in it.
import { alike } from "../rows/cells";
import type { Model, Row } from "./model";

/** What came out of an edit: the text as the widget writes it, or (``typed``) one that is still to be looked up. */
export interface Entered {
  text: string;
  typed: boolean;
  shown: string;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const line = (target: Element | null): target is HTMLInputElement | HTMLTextAreaElement => target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && /^(text|search|tel|url|email|)$/.test(target.type));

export class Editor {
  readonly form = document.createElement("form");
  private readonly kind: string;
  private readonly first: string;

  /** Opens the editor in a cell; ``keys`` is what was typed (null: nothing, the value stays), ``again`` that it was refused before. */
  constructor(readonly cell: HTMLElement, readonly name: string, id: string, model: Model, html: string, keys: string | null, again: boolean) {
    this.kind = model.columns[name]!.kind;
    this.form.className = "cell-edit";
    this.form.noValidate = true;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.innerHTML = html;
    this.fill(model.rows.get(id)!);
    cell.classList.add("in-edit");
    cell.append(this.form);
    this.form.firstElementChild?.dispatchEvent(new CustomEvent("kubik:put", { bubbles: true }));
    this.first = this.read().text;
    this.begin(keys, again);
  }

  get control(): Control | null {
    return this.form.querySelector<Control>("input.input, select.input:not([data-to]), textarea.input") ?? this.form.querySelector<Control>("input[type=checkbox], input:not([type=hidden])");
  }

  private fill(row: Row): void {
    for (const need of this.form.querySelectorAll<HTMLInputElement>("[data-need]")) need.value = row.values[need.dataset.need!] ?? "";
    const text = row.values[this.name] ?? "";
    const combo = this.form.querySelector<HTMLElement>("[data-combo]");
    if (combo) {
      if (combo.matches(".tokens, .any")) return; // came with its content
      const title = row.titles[this.name] ?? "";
      combo.querySelector<HTMLInputElement>("[data-value]")!.value = text;
      combo.querySelector<HTMLInputElement>("[data-title]")!.value = title;
      combo.querySelector<HTMLInputElement>("input.input")!.value = title;
      combo.classList.toggle("filled", text !== "");
      return;
    }
    const control = this.control;
    if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = text === "true";
    else if (control instanceof HTMLSelectElement) {
      if (text && ![...control.options].some((option) => option.value === text)) control.add(new Option(row.titles[this.name] || text, text));
      control.value = text;
    } else if (control) control.value = this.kind === "choices" ? row.titles[this.name] || text.replaceAll("\n", ", ") : text;
  }

  private begin(keys: string | null, again: boolean): void {
    const control = this.control;
    control?.focus({ preventScroll: true });
    if (keys !== null && control) {
      if (line(control)) {
        control.value = keys;
        control.setSelectionRange(keys.length, keys.length);
        control.dispatchEvent(new Event("input", { bubbles: true }));
      } else if (control instanceof HTMLSelectElement && keys) {
        const found = [...control.options].find((option) => (again ? alike(option.label, keys) : option.label.trim().toLocaleLowerCase().startsWith(keys.toLocaleLowerCase())));
        if (found) control.value = found.value;
      }
    } else if (line(control)) control.select();
    if (control instanceof HTMLSelectElement && keys === null) {
      try {
        control.showPicker();
      } catch {
        return; // the browser shows it only to a press: the arrows choose all the same
      }
    } else if (control?.getAttribute("role") === "combobox" && keys === null) control.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  }

  read(): Entered {
    const tokens = this.form.querySelector<HTMLElement>("[data-tokens]");
    if (tokens) {
      const chosen = [...tokens.querySelectorAll<HTMLInputElement>(".token input[type=checkbox]:checked")];
      return { text: chosen.map((each) => each.value).join("\n"), typed: false, shown: chosen.map((each) => each.closest("li")!.textContent!.trim()).join(", ") };
    }
    const combo = this.form.querySelector<HTMLElement>("[data-combo]");
    if (combo) {
      const [value, title, text] = ["[data-value]", "[data-title]", "input.input"].map((selector) => combo.querySelector<HTMLInputElement>(selector)!.value);
      if (!text!.trim()) return { text: "", typed: false, shown: "" };
      return value && text === title ? { text: value, typed: false, shown: text! } : { text: text!, typed: true, shown: text! };
    }
    const control = this.control;
    if (control instanceof HTMLInputElement && control.type === "checkbox") return { text: String(control.checked), typed: false, shown: control.checked ? "✓" : "" };
    if (control instanceof HTMLSelectElement) return { text: control.value, typed: false, shown: control.selectedOptions[0]?.label.trim() ?? "" };
    return { text: control?.value ?? "", typed: false, shown: control?.value ?? "" };
  }

  /** Whether something was typed at all. */
  get changed(): boolean {
    const now = this.read();
    return now.typed || now.text !== this.first;
  }

  /** Whether a list of options is open: its own keys come first. */
  get listing(): boolean {
    return this.form.querySelector("[role=combobox][aria-expanded=true]") !== null;
  }

  close(): void {
    this.form.remove();
    this.cell.classList.remove("in-edit");
  }
}
