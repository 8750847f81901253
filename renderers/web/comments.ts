// Comments: a box that grows, Ctrl+Enter that sends, people offered after an @.
import { fresh } from "./dom";

interface Person {
  login: string;
  name: string;
  initials: string;
  tone: number;
}

const NAMED = /(?:^|[^\p{L}\p{N}_@.+-])@([\p{L}\p{N}_.+-]{0,40})$/u;
const PAUSE = 120;
let count = 0;

class Naming {
  readonly list = document.createElement("ul");
  people: Person[] = [];
  active = 0;
  timer = 0;
  asked?: AbortController;

  constructor(readonly box: HTMLTextAreaElement, readonly source: string) {
    this.list.id = `people-${++count}`;
    this.list.className = "options people";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.labels?.[0]?.textContent ?? "");
    box.after(this.list);
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-haspopup": "listbox" })) box.setAttribute(name, value);
    box.addEventListener("input", () => this.look());
    box.addEventListener("click", () => this.look());
    box.addEventListener("blur", () => setTimeout(() => this.close(), 100));
    box.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf((event.target as Element).closest("li")!);
      if (this.people[at]) this.choose(this.people[at]);
    });
  }

  /** What stands between the last @ and the caret. */
  typed(): string | null {
    return NAMED.exec(this.box.value.slice(0, this.box.selectionStart))?.[1] ?? null;
  }

  look(): void {
    clearTimeout(this.timer);
    const text = this.typed();
    if (text === null) return this.close();
    this.timer = window.setTimeout(() => void this.ask(text), PAUSE);
  }

  async ask(text: string): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const answer = await fetch(`${this.source}?q=${encodeURIComponent(text)}`, { signal: asked.signal, headers: { Accept: "application/json", "HX-Request": "true" } });
      if (answer.ok) this.show(((await answer.json()) as { items: Person[] }).items);
    } catch {
      this.close(); // no connection: the login can be typed
    }
  }

  show(people: Person[]): void {
    this.people = people;
    this.active = 0;
    if (people.length === 0) return this.close();
    this.list.replaceChildren(
      ...people.map((person, index) => {
        const line = document.createElement("li");
        line.id = `${this.list.id}-${index}`;
        line.setAttribute("role", "option");
        const face = document.createElement("span");
        face.className = `av a${person.tone}`;
        face.textContent = person.initials;
        face.setAttribute("aria-hidden", "true");
        const name = document.createElement("span");
        name.textContent = person.name;
        const login = document.createElement("span");
        login.className = "dim small";
        login.textContent = `@${person.login}`;
        line.append(face, name, login);
        return line;
      }),
    );
    this.list.hidden = false;
    this.mark();
  }

  mark(): void {
    [...this.list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === this.active)));
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  close(): void {
    this.list.hidden = true;
    this.box.removeAttribute("aria-activedescendant");
  }

  choose(person: Person): void {
    const typed = this.typed() ?? "";
    const end = this.box.selectionStart;
    this.box.setRangeText(`${person.login} `, end - typed.length, end, "end");
    this.close();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }

  key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const by = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    if (by) {
      this.active = (this.active + by + this.people.length) % this.people.length;
      this.mark();
    } else if ((event.code === "Enter" && !event.ctrlKey && !event.metaKey) || event.code === "Tab") {
      this.choose(this.people[this.active]!);
    } else if (event.code === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** As many lines as there are; browsers that size fields by their content do it themselves. */
function grow(box: HTMLTextAreaElement): void {
  if (!CSS.supports("field-sizing", "content")) box.rows = Math.min(12, box.value.split("\n").length);
}

function start(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLTextAreaElement>("textarea")!;
  new Naming(box, form.dataset.people ?? "");
  box.addEventListener("input", () => grow(box));
  box.addEventListener("focus", () => form.classList.add("open"));
  if (box.value || box === document.activeElement) form.classList.add("open"); // and stays so: nothing jumps under a press
  grow(box);
  if (box.dataset.focus !== undefined || box.getAttribute("aria-invalid")) {
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }
  form.addEventListener("submit", (event) => {
    if (box.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.focus();
  }, true);
  form.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && (event.code === "Enter" || event.code === "NumpadEnter")) {
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    } else if (event.code === "Escape") {
      const cancel = form.querySelector<HTMLElement>("[data-cancel-comment]");
      if (!cancel) return;
      event.preventDefault();
      event.stopPropagation();
      cancel.click();
    }
  });
}

export function startComments(root: ParentNode): void {
  fresh<HTMLFormElement>(root, "form[data-comment]", "commented").forEach(start);
}
