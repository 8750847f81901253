// Search as you type for links: a text field that is a combobox (WAI-ARIA 1.2), options from the server.
import { fresh, icon, word } from "./dom";

interface Option {
  id: number | string;
  title: string;
  /** What it is, where records of several entities are offered. */
  of?: string;
}

const PAUSE = 180;
let count = 0;

/** The next line of a list that goes round; before the first the arrow up leads to the last. */
const stepped = (at: number, by: number, size: number): number => (at + (by > 0 ? 1 : at < 0 ? 0 : -1) + size) % size;

export class Combo {
  readonly input: HTMLInputElement;
  readonly value: HTMLInputElement;
  readonly title: HTMLInputElement;
  readonly list = document.createElement("ul");
  options: Option[] = [];
  active = -1;
  /** Whether what is shown is not yet what was asked for: nothing is marked, and Enter waits for the answer. */
  waiting = false;
  /** Whether what is on its way is chosen already: the keys after that are for what follows. */
  private taken = false;
  /** The arrows pressed while it waited: gone when the answer is there. */
  private steps: number[] = [];
  timer = 0;
  asked?: AbortController;

  constructor(readonly box: HTMLElement) {
    this.input = box.querySelector<HTMLInputElement>("input.input")!;
    this.value = box.querySelector<HTMLInputElement>("[data-value]")!;
    this.title = box.querySelector<HTMLInputElement>("[data-title]")!;
    this.list.id = `options-${++count}`;
    this.list.className = "options";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.input.getAttribute("aria-label") ?? this.input.labels?.[0]?.textContent?.trim() ?? "");
    box.append(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, "aria-haspopup": "listbox" })) {
      this.input.setAttribute(name, value);
    }
    this.listen();
  }

  listen(): void {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.input.addEventListener("click", () => this.ask(this.input.value === this.title.value ? "" : this.input.value));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf((event.target as Element).closest("li")!);
      if (at === this.options.length && this.maker()) return this.make();
      if (this.options[at]) this.choose(this.options[at]);
    });
    const clear = this.box.querySelector<HTMLButtonElement>(".clear");
    const open = this.box.querySelector<HTMLButtonElement>(".open");
    clear?.removeAttribute("hidden");
    open?.removeAttribute("hidden");
    const to = this.box.querySelector<HTMLSelectElement>("[data-to]");
    to?.removeAttribute("hidden");
    to?.addEventListener("change", () => {
      this.set(null);
      this.input.focus();
      void this.ask("");
    });
    clear?.addEventListener("click", () => {
      this.set(null);
      this.input.focus();
    });
    open?.addEventListener("pointerdown", (event) => event.preventDefault());
    open?.addEventListener("click", () => {
      if (this.list.hidden) {
        this.input.focus();
        this.ask("");
      } else this.close();
    });
  }

  set(option: Option | null): void {
    this.value.value = option ? String(option.id) : "";
    this.title.value = this.input.value = option?.title ?? "";
    this.box.classList.toggle("filled", option !== null);
    const to = this.box.querySelector<HTMLSelectElement>("[data-to]");
    if (to && option?.of) to.value = String(option.id).split(":")[0]!;
    this.close();
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  choose(option: Option): void {
    this.set(option);
  }

  typed(): void {
    clearTimeout(this.timer);
    this.asked?.abort(); // what is on its way answers another text
    this.steps = [];
    this.wait();
    this.timer = window.setTimeout(() => this.ask(this.input.value), PAUSE);
  }

  wait(taken = false): void {
    this.waiting = true;
    this.taken = taken;
    this.mark(-1);
  }

  /** The fields that narrow the choice, as they stand in the form now. */
  address(text: string): string {
    const query = new URLSearchParams({ q: text });
    const to = this.box.querySelector<HTMLSelectElement>("[data-to]");
    if (to) query.append("_to", to.value);
    const form = this.box.closest("form");
    for (const name of (this.box.dataset.needs ?? "").split(" ").filter(Boolean)) {
      const row = this.box.closest<HTMLElement>("[data-row]")?.dataset.row ?? "";
      const field = form?.elements.namedItem(`${row}/${name}`) ?? null;
      const found = field instanceof RadioNodeList ? [...field].at(-1) : field;
      const value = found instanceof HTMLInputElement && found.type === "checkbox" ? String(found.checked) : (found as HTMLInputElement | null)?.value;
      if (value) query.append(name, value);
    }
    return `${this.box.dataset.combo}?${query}`;
  }

  /** `first` is whether the first answer is marked at once: the list was asked for by a key; `take`, whether it is chosen. */
  async ask(text: string, first = text !== "", take = false): Promise<void> {
    this.asked?.abort();
    this.wait(take);
    const asked = (this.asked = new AbortController());
    const { steps } = this; // those before it is taken are its own, also when the field is left
    const slow = window.setTimeout(() => this.say(word("loading")), 300);
    try {
      const answer = await fetch(this.address(text), { signal: asked.signal, headers: { Accept: "application/json", "HX-Request": "true" } });
      if (!answer.ok) return this.say(answer.status === 401 ? word("ended") : word("broken"));
      const options = this.fitting(((await answer.json()) as { items: Option[] }).items);
      if (take && this.input.value !== text) return;
      if (take && options.length) return this.choose(options[steps.reduce((at, by) => stepped(at, by, options.length), 0)]!);
      this.waiting = false;
      this.steps = [];
      this.show(options, text);
      if (this.list.hidden || !this.size()) return;
      if (first && options.length) this.mark(0);
      for (const by of steps) this.mark(stepped(this.active, by, this.size()));
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.say(word("offline"));
    } finally {
      clearTimeout(slow);
    }
  }

  /** Enter or Tab before the answer to what was typed: the first that it brings is chosen, also when the field was left. */
  take(): void {
    clearTimeout(this.timer);
    void this.ask(this.input.value, true, true);
    this.asked = undefined;
  }

  /** Whether a text was typed that is not chosen yet. */
  private unchosen(): boolean {
    return this.input.value.trim() !== "" && this.input.value !== this.title.value;
  }

  /** Whether a key is for the list, also for one that is still to open. */
  hears(key: string): boolean {
    const chooses = /^((Numpad)?Enter|Arrow.*)$/.test(key);
    if (this.waiting && this.taken && chooses) return false;
    return !this.list.hidden || (this.waiting && chooses && this.unchosen());
  }

  /** What of an answer is offered. */
  fitting(options: Option[]): Option[] {
    return options;
  }

  say(text: string): void {
    if (document.activeElement !== this.input) return;
    this.options = [];
    const line = document.createElement("li");
    line.className = "quiet";
    line.textContent = text;
    line.setAttribute("role", "option");
    line.setAttribute("aria-disabled", "true");
    this.list.replaceChildren(line);
    this.open();
  }

  show(options: Option[], text: string): void {
    if (document.activeElement !== this.input) return;
    this.options = options;
    if (options.length === 0 && !this.maker()) return this.say(word("nothing"));
    this.list.replaceChildren(...options.map((option, index) => this.line(option, index, text)), ...this.making(text));
    this.open();
  }

  /** The button that makes a new record for this field, when the person may. */
  maker(): HTMLButtonElement | null {
    return this.box.querySelector<HTMLButtonElement>("[data-create]");
  }

  /** The last line of the list: a new record, with what was typed. */
  making(text: string): HTMLLIElement[] {
    if (!this.maker()) return [];
    const line = document.createElement("li");
    const name = text.trim();
    line.id = `${this.list.id}-${this.options.length}`;
    line.className = "make";
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(icon("plus"), name ? word("createNamed", name) : word("create"));
    return [line];
  }

  make(): void {
    this.close();
    this.maker()?.click();
  }

  line(option: Option, index: number, text: string): HTMLLIElement {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${index}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    const at = text ? option.title.toLocaleLowerCase().indexOf(text.trim().toLocaleLowerCase()) : -1;
    if (at < 0 || !text.trim()) line.textContent = option.title;
    else {
      const found = document.createElement("mark");
      found.textContent = option.title.slice(at, at + text.trim().length);
      line.append(option.title.slice(0, at), found, option.title.slice(at + text.trim().length));
    }
    if (option.of) {
      const of = document.createElement("span");
      of.className = "of";
      of.textContent = option.of;
      line.append(" ", of);
    }
    return line;
  }

  /** Inside a table the list floats, so that the frame does not cut it. */
  open(): void {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (!this.box.closest(".frame, .cell-edit")) return;
    const at = this.input.getBoundingClientRect();
    this.list.classList.add("floating");
    const below = window.innerHeight - at.bottom > 200;
    this.list.style.left = `${at.left}px`;
    this.list.style.width = `${Math.max(at.width, 240)}px`;
    this.list.style.top = below ? `${at.bottom + 4}px` : "auto";
    this.list.style.bottom = below ? "auto" : `${window.innerHeight - at.top + 4}px`;
  }

  close(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.waiting = false;
    this.steps = [];
    this.list.hidden = true;
    this.mark(-1);
    this.input.setAttribute("aria-expanded", "false");
  }

  mark(index: number): void {
    this.active = index;
    [...this.list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  key(event: KeyboardEvent): void {
    const row = this.box.closest("[data-row]") !== null;
    if (event.altKey && event.code === "ArrowDown") {
      event.preventDefault();
      if (!row) void this.ask("", true);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const enter = event.code === "Enter" || event.code === "NumpadEnter";
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      event.preventDefault();
      const by = event.code === "ArrowDown" ? 1 : -1;
      if (this.waiting) this.steps.push(by);
      else if (this.list.hidden) void this.ask(this.input.value === this.title.value ? "" : this.input.value, true);
      else if (this.size()) this.mark(stepped(this.active, by, this.size()));
    } else if (this.waiting && this.unchosen() && (this.list.hidden ? row && enter : enter || (event.code === "Tab" && !event.shiftKey))) {
      if (enter) {
        event.preventDefault();
        event.stopPropagation();
      }
      this.take();
    } else if (enter && !this.list.hidden && this.options[this.active]) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.options[this.active]!);
    } else if (enter && !this.list.hidden && this.maker() && this.active === this.options.length && this.list.querySelector(".make")) {
      event.preventDefault();
      event.stopPropagation();
      this.make();
    } else if (enter && !(row && this.list.hidden) && this.unsettled()) {
      event.preventDefault(); // what is being chosen is not yet chosen: the form is not sent
      event.stopPropagation();
    } else if (event.code === "Escape") {
      if (!this.list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (this.input.value !== this.title.value) {
        event.preventDefault();
        event.stopPropagation();
        this.input.value = this.title.value;
      }
    } else if (event.code === "Tab" && !this.list.hidden && this.options[this.active] && this.input.value !== this.title.value) {
      this.choose(this.options[this.active]!);
    }
  }

  /** How many lines can be marked: what is offered, and a new record. */
  size(): number {
    return this.options.length + (this.maker() && this.list.querySelector(".make") ? 1 : 0);
  }

  /** Whether Enter comes amid a choice: the list is open with nothing marked, or a typed text awaits its answers. */
  unsettled(): boolean {
    if (!this.list.hidden) {
      this.close();
      return true;
    }
    const text = this.input.value.trim();
    if (!text || text === this.title.value.trim()) return false;
    void this.ask(text);
    return true;
  }

  /** Leaving: an emptied field is no link; a text that was not chosen stays and is looked up by the server. */
  leave(): void {
    this.close();
    if (this.input.value.trim() === "" && this.value.value) this.set(null);
  }
}

const combos = new WeakMap<HTMLElement, Combo>();

let tokensOf: ((box: HTMLElement) => Combo) | undefined;

/** How a field of several links is made; said by its own module. */
export function useTokens(make: (box: HTMLElement) => Combo): void {
  tokensOf = make;
}

function comboOf(box: HTMLElement): Combo {
  let combo = combos.get(box);
  if (!combo) {
    box.dataset.comboed = "";
    combos.set(box, (combo = box.dataset.tokens && tokensOf ? tokensOf(box) : new Combo(box)));
  }
  return combo;
}

/** Whether a key in a field is for the list of its combobox. */
export function listed(field: Element, key: string): boolean {
  const box = field.closest<HTMLElement>("[data-combo]");
  const combo = box && combos.get(box);
  return combo?.input === field && combo.hears(key);
}

export function startCombos(root: ParentNode): void {
  const rows = (box: HTMLElement): boolean => box.closest("[data-rows]") !== null;
  for (const box of root.querySelectorAll<HTMLElement>("[data-combo]:not([data-comboed])")) if (!rows(box)) comboOf(box);
  // in child rows a combobox is made when it is first gone to: a thousand of them would be slow to make
  for (const block of fresh<HTMLElement>(root, "[data-rows]", "combos")) {
    block.addEventListener("focusin", (event) => {
      const box = (event.target as Element).closest<HTMLElement>("[data-combo]");
      if (box) comboOf(box);
    }, true);
  }
  for (const button of fresh<HTMLElement>(root, "[data-candidate]", "offered")) {
    button.addEventListener("click", () => {
      const box = document.getElementById(button.dataset.for!)?.closest<HTMLElement>("[data-combo]");
      if (box) comboOf(box).choose({ id: button.dataset.candidate!, title: button.textContent ?? "" });
    });
  }
}
