// Charts by Vega: no code is made from the specification (ast and an interpreter), so the strict policy of the pages holds.
import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

interface Datum {
  h?: string;
}

interface Item {
  datum?: Datum;
}

function tips(box: HTMLElement): (handler: unknown, event: MouseEvent, item: unknown, value: unknown) => void {
  const tip = document.createElement("div");
  tip.className = "rtip";
  tip.hidden = true;
  box.append(tip);
  return (_handler, event, _item, value) => {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    tip.textContent = String(value);
    tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY - tip.offsetHeight - 10}px`;
  };
}

/** Draws the chart of a box and keeps it as wide as the box; a press on a bar opens its records. */
export async function drawChart(box: HTMLElement): Promise<void> {
  const spec = JSON.parse(box.dataset.vega ?? "{}") as TopLevelSpec & { width: number };
  await document.fonts.load('12px "Inter Variable"').catch(() => undefined);
  const width = () => Math.max(200, box.clientWidth);
  const made = compile({ ...spec, width: width() } as TopLevelSpec).spec;
  const plot = document.createElement("div");
  plot.setAttribute("aria-hidden", "true"); // the box says it in words, the table has all of it
  box.append(plot);
  const view = new View(parse(made, undefined, { ast: true } as never), { expr: expressionInterpreter, renderer: "svg", container: plot, hover: false } as never);
  view.tooltip(tips(box) as never);
  view.addEventListener("click", (event, item) => {
    const href = (item as Item | null)?.datum?.h;
    if (!href) return;
    const press = event as unknown as MouseEvent;
    if (press.ctrlKey || press.metaKey) window.open(href, "_blank", "noopener");
    else location.href = href;
  });
  await view.runAsync();
  let shown = width();
  const watch = new ResizeObserver(() => {
    if (!box.isConnected) {
      watch.disconnect();
      view.finalize();
    } else if (width() !== shown) {
      shown = width();
      void view.width(shown).runAsync();
    }
  });
  watch.observe(box);
}
