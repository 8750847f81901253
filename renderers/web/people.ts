// People: a link that is shown once is copied by its button.
import { fresh } from "./dom";
import { toast } from "./toasts";

export function startPeople(root: ParentNode): void {
  fresh<HTMLButtonElement>(root, "[data-copy-text]", "copiesText").forEach((button) => {
    const field = document.querySelector<HTMLInputElement>(button.dataset.copyText!);
    if (!field || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      field.select();
      void navigator.clipboard.writeText(field.value).then(() => toast(field.dataset.copiedText ?? ""));
    });
  });
}
