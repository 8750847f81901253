// Templates of documents: a chosen file or record is sent at once, tags are copied by one press.
import { fresh } from "./dom";
import { toast } from "./toasts";

function atOnce(field: HTMLInputElement | HTMLSelectElement): void {
  field.addEventListener("change", () => {
    const button = document.getElementById(field.dataset.sendAtOnce ?? "") as HTMLButtonElement | null;
    if (button && (!(field instanceof HTMLInputElement) || field.files?.length)) field.form?.requestSubmit(button);
  });
}

function copies(button: HTMLButtonElement): void {
  button.addEventListener("click", () => {
    const text = button.dataset.copy ?? "";
    void navigator.clipboard?.writeText(text).then(() => toast(button.dataset.copied ?? ""));
  });
}

export function startTemplates(root: ParentNode): void {
  fresh<HTMLInputElement>(root, "[data-send-at-once]", "ready").forEach(atOnce);
  fresh<HTMLButtonElement>(root, "button[data-copy]", "ready").forEach(copies);
}
