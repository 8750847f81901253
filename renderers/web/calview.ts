// Calendars: their scripts are loaded where a calendar is.
import { brought, fresh } from "./dom";

const script = brought(() => import("./calview/calendar"));

export function startCalendarViews(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, ".calview", "calendared")) script(({ Calendar }) => found.isConnected && new Calendar(found));
}
