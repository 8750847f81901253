// The pages' own behaviour: everything here makes better what already works without it.
import "htmx.org/dist/htmx.esm.js";
import { startChildren } from "./children";
import { startCombos } from "./combobox";
import { startForms } from "./form";
import { startKeyboard } from "./keyboard";
import { startLists } from "./list";
import { startMenus } from "./menus";
import { startServer } from "./server";
import { startToasts } from "./toasts";

const starters = [startToasts, startMenus, startCombos, startChildren, startForms, startLists];

/** Prepares what is new on the page; each starter passes over what it prepared before. */
function prepare(root: ParentNode): void {
  for (const start of starters) start(root);
}

startServer();
startKeyboard();
prepare(document);
document.addEventListener("htmx:after:settle", () => prepare(document));
