// The pages' own behaviour: everything here makes better what already works without it.
import "htmx.org/dist/htmx.esm.js";
import { startActions } from "./actions";
import { startBoards } from "./boards";
import { startCalendars } from "./calendar";
import { startCalendarViews } from "./calview";
import { startCards } from "./card";
import { startChildren } from "./children";
import { startColors } from "./colors";
import { startCombos } from "./combobox";
import { startComments } from "./comments";
import { startDrafts } from "./drafts";
import { startFiles } from "./files";
import { startFilters } from "./filters";
import { startForms } from "./form";
import { startGrids } from "./grid";
import { startImports } from "./importing/importing";
import { startKeyboard } from "./keyboard";
import { startLists } from "./list";
import { startLive } from "./live";
import { startMenus } from "./menus";
import { startMoves } from "./move";
import { startOnce } from "./once";
import { startPicking } from "./picking";
import { startPeople } from "./people";
import { startReports } from "./pivots";
import { startRich } from "./rich";
import { startRoles } from "./roles";
import { startHighlights } from "./searching/highlights";
import { startPalette } from "./searching/palette";
import { startServer } from "./server";
import { startTabs } from "./tabs";
import { startTemplates } from "./templates";
import "./tokens";
import { startToasts } from "./toasts";
import { startTrees } from "./treeview";
import { startTyped } from "./typed";

declare const window: Window & { htmx: { process(element: Element): void } };

const starters = [startActions, startTyped, startCalendars, startColors, startToasts, startMenus, startCombos, startChildren, startTabs, startFiles, startForms, startLive, startDrafts, startRich, startLists, startFilters, startGrids, startPicking, startBoards, startCalendarViews, startTrees, startCards, startComments, startMoves, startRoles, startPeople, startImports, startReports, startTemplates];

/** Prepares what is new on the page; each starter passes over what it prepared before. */
function prepare(root: ParentNode): void {
  for (const start of starters) start(root);
}

// a text that does not fit is there whole on hover
document.addEventListener("mouseover", (event) => {
  const cell = (event.target as Element).closest<HTMLElement>(".grid td, .grid th, .ell");
  if (!cell || cell.title) return;
  const short = [...cell.querySelectorAll(".pill, .person > span"), cell].find((each) => each.scrollWidth > each.clientWidth);
  if (short) cell.title = short.textContent?.trim() ?? "";
});

startServer();
startOnce();
startKeyboard();
startPalette();
startHighlights();
prepare(document);
for (const event of ["htmx:after:process", "htmx:after:settle"]) document.addEventListener(event, () => prepare(document));
// only what is beside the field, or in the new row: a long table has thousands of fields
document.addEventListener("kubik:put", (event) => prepare((event.target as Element).parentElement ?? document));
document.addEventListener("kubik:new", (event) => prepare(event.target as Element));
