// Menus (details), dialogs, and the mark that follows the part of a card in sight.
import { fresh } from "./dom";

function closeOthers(kept: Node | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!kept || !menu.contains(kept)) menu.open = false;
  }
}

/** Closes the open menu, if any, and gives the focus back to what opened it. */
export function closeMenu(): boolean {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary")?.focus();
  return true;
}

function arrows(menu: HTMLDetailsElement): void {
  menu.addEventListener("toggle", () => {
    const asked = menu.open ? menu.querySelector<HTMLInputElement>("input[autofocus]") : null;
    if (asked?.offsetParent) asked.select();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.code !== "ArrowDown" && event.code !== "ArrowUp") return;
    const items = [...menu.querySelectorAll<HTMLElement>(".drop a, .drop button")];
    if (!menu.open || items.length === 0) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + (event.code === "ArrowDown" ? 1 : items.length - 1)) % items.length]?.focus();
  });
}

function spy(tabs: HTMLElement): void {
  const links = [...tabs.querySelectorAll<HTMLAnchorElement>("a")];
  const parts = links.map((link) => document.querySelector(link.hash)).filter((part) => part !== null);
  const seen = new Set<Element>();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
      const now = parts.findIndex((part) => seen.has(part));
      if (now >= 0) links.forEach((link, index) => link.setAttribute("aria-current", String(index === now)));
    },
    { rootMargin: "-60px 0px -40% 0px" },
  );
  parts.forEach((part) => watcher.observe(part));
}

export function openKeys(): void {
  const map = document.querySelector<HTMLDialogElement>("#keys");
  if (map && !map.open) map.showModal();
}

let listening = false;

export function startMenus(root: ParentNode): void {
  fresh<HTMLDetailsElement>(root, "details.menu", "menued").forEach(arrows);
  fresh<HTMLElement>(root, "[data-spy]", "spied").forEach(spy);
  fresh<HTMLDialogElement>(root, "dialog[data-modal]", "modaled").forEach((dialog) => {
    dialog.close();
    dialog.showModal();
    for (const button of dialog.querySelectorAll<HTMLElement>('[data-action="close-dialog"]')) {
      button.hidden = false;
      button.addEventListener("click", () => dialog.close());
    }
    for (const button of dialog.querySelectorAll<HTMLElement>("[data-choose]")) {
      button.addEventListener("click", () => {
        for (const radio of dialog.querySelectorAll<HTMLInputElement>(`input[type=radio][value=${button.dataset.choose}]`)) radio.checked = true;
      });
    }
  });
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    closeOthers(target);
    if (target.closest('[data-action="keys"]')) openKeys();
  });
  document.addEventListener("focusin", (event) => {
    // a press on plain words of a menu gives the focus to what stands around it: that is no leaving
    const around = event.target as Element;
    if (!around.querySelector("details.menu[open]")) closeOthers(around);
  });
}
