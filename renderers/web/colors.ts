// A colour's chooser and its figures beside each other: a change of one is a change of the other.
import { fresh } from "./dom";

const HEX = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i;

/** `#RRGGBB` of what was typed; empty for none. */
function six(text: string): string {
  const digits = HEX.exec(text.trim())?.[1] ?? "";
  return digits && `#${(digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits).toUpperCase()}`;
}

export function startColors(root: ParentNode): void {
  for (const well of fresh<HTMLInputElement>(root, "[data-color]", "colored")) {
    const input = well.parentElement?.querySelector<HTMLInputElement>("input[type=text]");
    if (!input) continue;
    well.hidden = false;
    well.addEventListener("input", () => {
      input.value = well.value.toUpperCase();
      for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
    });
    input.addEventListener("input", () => {
      if (six(input.value)) well.value = six(input.value).toLowerCase();
    });
    input.addEventListener("change", () => {
      if (six(input.value)) input.value = six(input.value);
    });
  }
}
