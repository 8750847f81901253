// Several links in one field: what is chosen stands as tokens before the combobox that adds to them.
import { Combo, useTokens } from "./combobox";
import { icon, word } from "./dom";

interface Option {
  id: number | string;
  title: string;
}

class Tokens extends Combo {
  readonly chosen: HTMLUListElement;

  constructor(box: HTMLElement) {
    super(box);
    this.chosen = box.querySelector<HTMLUListElement>(".chosen")!;
    for (const token of this.chosen.children) this.arm(token as HTMLLIElement);
    box.classList.add("ready");
    this.input.addEventListener("keydown", (event) => {
      if (event.code === "Backspace" && this.input.value === "" && this.chosen.lastElementChild) {
        event.preventDefault();
        this.remove(this.chosen.lastElementChild as HTMLLIElement);
      }
    });
    box.addEventListener("click", (event) => {
      if (event.target === box || event.target === this.chosen) this.input.focus();
    });
  }

  ids(): string[] {
    return [...this.chosen.querySelectorAll<HTMLInputElement>("input[type=checkbox]")].map((input) => input.value);
  }

  /** A box of the page becomes a token that is taken away by its button. */
  arm(token: HTMLLIElement): void {
    const box = token.querySelector<HTMLInputElement>("input[type=checkbox]")!;
    box.hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.append(icon("x"));
    button.setAttribute("aria-label", word("takeOut", token.textContent?.trim() ?? ""));
    button.addEventListener("click", () => {
      this.remove(token);
      this.input.focus();
    });
    token.append(button);
  }

  remove(token: HTMLLIElement): void {
    token.remove();
    this.told();
  }

  override set(option: Option | null): void {
    this.input.value = "";
    this.close();
    if (!option || this.ids().includes(String(option.id))) return;
    const name = this.box.dataset.tokens!;
    const token = document.createElement("li");
    token.className = "token";
    const label = document.createElement("label");
    const text = document.createElement("span");
    text.textContent = option.title;
    label.append(this.field("checkbox", name, String(option.id)), text);
    token.append(label, this.field("hidden", `${name}~was`, option.title));
    this.chosen.append(token);
    this.arm(token);
    this.told();
  }

  field(type: string, name: string, value: string): HTMLInputElement {
    const input = document.createElement("input");
    input.type = type;
    input.name = name;
    input.value = value;
    input.checked = type === "checkbox";
    return input;
  }

  told(): void {
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** What stands among the tokens is not offered again. */
  override fitting(options: Option[]): Option[] {
    const there = new Set(this.ids());
    return options.filter((option) => !there.has(String(option.id)));
  }

  override leave(): void {
    this.close();
  }
}

useTokens((box) => new Tokens(box));
