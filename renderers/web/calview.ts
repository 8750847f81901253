// Calendars: their scripts are loaded where a calendar is.
import { fresh } from "./dom";

export function startCalendarViews(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, ".calview", "calendared")) void import("./calview/calendar").then(({ Calendar }) => new Calendar(found));
}
