// People: a link that is shown once is copied by its button; what was chosen before scripts came is told, too.
import { fresh } from "./dom";
import { toast } from "./toasts";

function copies(button: HTMLButtonElement): void {
  const field = document.querySelector<HTMLInputElement>(button.dataset.copyText!);
  if (!field || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    field.select();
    void navigator.clipboard.writeText(field.value).then(() => toast(field.dataset.copiedText ?? ""));
  });
}

/** Whether the form stands otherwise than it came: pressed early, or kept by the browser on the way back. */
function differs(form: HTMLFormElement): boolean {
  const boxes = [...form.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const options = [...form.querySelectorAll<HTMLOptionElement>("option")];
  return boxes.some((box) => box.checked !== box.defaultChecked) || options.some((option) => option.selected !== option.defaultSelected && option.defaultSelected);
}

export function startPeople(root: ParentNode): void {
  fresh<HTMLButtonElement>(root, "[data-copy-text]", "copiesText").forEach(copies);
  for (const form of fresh<HTMLFormElement>(root, "form#access", "foreseen")) {
    setTimeout(() => differs(form) && form.dispatchEvent(new Event("change", { bubbles: true })), 200);
  }
}
