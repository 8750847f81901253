// Columns: widths by dragging, by keys and by a double click; their order by dragging and by keys; those at the left stay.
import { swallowClick } from "../presses";
import { go, keep, visit } from "./keeping";
import type { Pages } from "./pages";

const UNIT = 8;
const LEAST = 40;
const MOST = 800;
const MOVED = 6; // pixels from which a press on a head is a drag

export function startColumns(pages: Pages): void {
  const { table, area } = pages;
  const heads = [...table.querySelectorAll<HTMLTableCellElement>("thead th[data-field]")];
  const columns = table.querySelectorAll<HTMLTableColElement>("col");
  const col = (head: HTMLTableCellElement): HTMLTableColElement => columns[head.cellIndex]!;
  const drawn = heads.map((head) => head.dataset.field!);
  const names = [...drawn];
  let moves = 0;
  const says = (name: string, ...values: string[]): void => {
    const text = area.querySelector<HTMLElement>("[data-list-words]")?.dataset[name] ?? "";
    area.querySelector<HTMLElement>("[data-list-says]")!.textContent = text.replace("%", values[0] ?? "").replace("#", values[1] ?? "");
  };

  /** Written beside the table, not on it: htmx takes over the style of what has an id, which the page's policy forbids. */
  function settle(): void {
    let left = 0;
    for (const head of table.querySelectorAll<HTMLElement>("thead th.fz")) {
      const at = [...head.classList].find((name) => /^fz\d/.test(name));
      if (at) pages.scroller.style.setProperty(`--${at}`, `${left}px`);
      left += head.getBoundingClientRect().width;
    }
    const all = [...columns];
    const free = all.some((each) => !each.className && !each.style.width);
    table.classList.toggle("fixed", !free);
    if (!free) pages.scroller.style.setProperty("--table", `${all.reduce((sum, each) => sum + (parseFloat(each.style.width) || parseFloat(getComputedStyle(each).width) || 0), 0)}px`);
  }

  function widen(head: HTMLTableCellElement, width: number): number {
    const units = Math.round(Math.max(LEAST, Math.min(MOST, width)) / UNIT);
    col(head).style.width = `${units * UNIT}px`;
    settle();
    return units;
  }

  function save(head: HTMLTableCellElement, units: number): void {
    keep(area, [["width", `${head.dataset.field}:${units}`]]);
    says("wider", head.textContent!.trim(), String(units * UNIT));
  }

  /** As wide as the longest of what is shown. */
  function fit(head: HTMLTableCellElement): void {
    const column = col(head);
    column.style.width = `${LEAST}px`;
    const cells = [head, ...table.querySelectorAll<HTMLElement>(`tbody td[data-field="${CSS.escape(head.dataset.field!)}"]`)];
    const inner = (cell: HTMLElement): number => Math.max(cell.scrollWidth, ...[...cell.children].map((child) => child.scrollWidth + 18));
    save(head, widen(head, Math.max(...cells.map(inner)) + 4));
  }

  /** A column among the others as they will stand: the next key may come before they are drawn. */
  function move(head: HTMLTableCellElement, to: number): void {
    const field = head.dataset.field!;
    const from = names.indexOf(field);
    if (to < 0 || to >= names.length || to === from) return;
    names.splice(to, 0, ...names.splice(from, 1));
    says("moved", head.textContent!.trim(), String(to + 1));
    const turn = ++moves;
    void go({ columns: names.join(",") }).then(() => {
      if (turn === moves && area.isConnected) names.splice(0, names.length, ...drawn); // it came to nothing, which is told
      document.querySelector<HTMLElement>(`#rows th[data-field="${CSS.escape(field)}"] a`)?.focus();
    });
  }

  heads.forEach((head, index) => {
    const grip = document.createElement("span");
    grip.className = "resize";
    grip.setAttribute("aria-hidden", "true");
    head.append(grip);
    grip.addEventListener("dblclick", () => fit(head));
    grip.addEventListener("click", (event) => event.stopPropagation());
    grip.addEventListener("pointerdown", (down) => {
      down.preventDefault();
      down.stopPropagation();
      const start = head.getBoundingClientRect().width;
      let units = 0;
      grip.setPointerCapture(down.pointerId);
      const drag = (event: PointerEvent): void => {
        units = widen(head, start + event.clientX - down.clientX);
      };
      grip.addEventListener("pointermove", drag);
      grip.addEventListener("pointerup", () => {
        grip.removeEventListener("pointermove", drag);
        if (units) save(head, units);
      }, { once: true });
    });
    const link = head.querySelector<HTMLAnchorElement>("a");
    link?.addEventListener("click", (event) => {
      if (!event.shiftKey || !link.dataset.also) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void visit(link.dataset.also);
    }, true);
    head.addEventListener("keydown", (event) => {
      const step = event.code === "ArrowLeft" ? -1 : event.code === "ArrowRight" ? 1 : 0;
      if (!step || !event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) save(head, widen(head, head.getBoundingClientRect().width + step * UNIT));
      else move(head, names.indexOf(head.dataset.field!) + step);
    });
    lift(head, index);
  });

  function lift(head: HTMLTableCellElement, index: number): void {
    head.addEventListener("dragstart", (event) => event.preventDefault());
    head.addEventListener("pointerdown", (down) => {
      if (down.button !== 0 || down.pointerType === "touch") return;
      let to = index;
      let lifted = false;
      const drag = (event: PointerEvent): void => {
        if (!lifted && Math.abs(event.clientX - down.clientX) < MOVED) return;
        if (!lifted) swallowClick();
        lifted = true;
        head.classList.add("lifted");
        to = heads.findIndex((other) => event.clientX < other.getBoundingClientRect().left + other.offsetWidth / 2);
        if (to < 0) to = heads.length;
        heads.forEach((other, at) => other.classList.toggle("before", at === to));
        heads.at(-1)!.classList.toggle("after", to === heads.length);
      };
      const drop = (): void => {
        document.removeEventListener("pointermove", drag);
        document.removeEventListener("pointerup", drop);
        document.removeEventListener("pointercancel", drop);
        heads.forEach((other) => other.classList.remove("before", "after", "lifted"));
        if (!lifted) return;
        move(head, to > index ? to - 1 : to);
      };
      document.addEventListener("pointermove", drag);
      document.addEventListener("pointerup", drop);
      document.addEventListener("pointercancel", drop);
    });
  }

  settle();
}

/** The panel of columns: brought when it is opened; lines are dragged, fields are found by typing. */
export function startPanel(area: HTMLElement, prepare: (root: HTMLElement) => void): void {
  const menu = area.querySelector<HTMLDetailsElement>("details[data-load]");
  const box = menu?.querySelector<HTMLElement>(".drop");
  if (!menu || !box) return;
  let asked = false;
  menu.addEventListener("toggle", () => {
    if (!menu.open || asked) return;
    asked = true;
    void fetch(menu.dataset.load!, { headers: { "HX-Request": "true" } }).then((answer) => (answer.ok ? answer.text() : null)).catch(() => null).then((html) => {
      asked = html !== null; // else when it is opened again
      if (html === null) return;
      box.innerHTML = html;
      prepare(box);
      find(box);
      for (const list of box.querySelectorAll<HTMLElement>("[data-sortable]")) sortable(list);
    });
  });
}

function find(box: HTMLElement): void {
  const field = box.querySelector<HTMLInputElement>("[data-cfind]");
  const fold = (text: string): string => text.toLocaleLowerCase().replaceAll("ё", "е");
  field?.addEventListener("input", () => {
    const words = fold(field.value);
    for (const group of box.querySelectorAll<HTMLDetailsElement>(".coffers")) {
      const links = [...group.querySelectorAll<HTMLElement>("[data-offer]")];
      for (const link of links) link.hidden = !fold(link.textContent ?? "").includes(words);
      group.hidden = links.every((link) => link.hidden);
      if (words) group.open = true;
    }
  });
}

function sortable(list: HTMLElement): void {
  const drawn = [...list.children];
  let moves = 0;
  list.addEventListener("pointerdown", (down) => {
    const line = (down.target as Element).closest<HTMLElement>("li");
    if (!line || (down.target as Element).closest("a") || down.button !== 0) return;
    down.preventDefault();
    const before = [...list.children].map((each) => (each as HTMLElement).dataset.name).join();
    line.classList.add("lifted");
    const drag = (event: PointerEvent): void => {
      const over = [...list.children].find((other) => other !== line && event.clientY < other.getBoundingClientRect().top + (other as HTMLElement).offsetHeight / 2);
      list.insertBefore(line, over ?? null);
    };
    const drop = (): void => {
      document.removeEventListener("pointermove", drag);
      document.removeEventListener("pointerup", drop);
      line.classList.remove("lifted");
      const order = [...list.children].map((each) => (each as HTMLElement).dataset.name).join();
      if (order === before) return;
      const turn = ++moves;
      void go({ columns: order }).then(() => {
        if (turn === moves && list.isConnected && !list.querySelector(".lifted")) list.append(...drawn); // it came to nothing, which is told
      });
    };
    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", drop);
  });
}
