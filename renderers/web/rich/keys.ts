// Keys of the editor, and what becomes formatting as it is typed: # heading, - list, > quote, **bold**.
import { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { MarkType } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import type { Command, Plugin } from "prosemirror-state";
import { schema } from "./schema";

const { nodes, marks } = schema;

const lineBreak: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
});

/** Keys, the most particular first. Tab moves items of lists alone: elsewhere it leaves the field. */
export function keys(askLink: Command): Plugin[] {
  const own: Record<string, Command> = {
    "Mod-b": toggleMark(marks.strong),
    "Mod-i": toggleMark(marks.em),
    "Mod-u": toggleMark(marks.underline),
    "Mod-Shift-x": toggleMark(marks.strike),
    "Mod-e": toggleMark(marks.code),
    "Mod-k": askLink,
    "Mod-z": undo,
    "Mod-Shift-z": redo,
    "Mod-y": redo,
    "Mod-Alt-0": setBlockType(nodes.paragraph),
    "Mod-Shift-7": wrapInList(nodes.ordered_list),
    "Mod-Shift-8": wrapInList(nodes.bullet_list),
    "Mod-Shift-9": wrapIn(nodes.blockquote),
    "Shift-Enter": lineBreak,
    Enter: splitListItem(nodes.list_item),
    Tab: sinkListItem(nodes.list_item),
    "Shift-Tab": liftListItem(nodes.list_item),
  };
  for (const level of [1, 2, 3, 4]) own[`Mod-Alt-${level}`] = setBlockType(nodes.heading, { level });
  const { "Mod-Enter": _, ...rest } = baseKeymap; // it saves the form
  return [keymap(own), keymap(rest)];
}

/** `**words**` and the like: the mark replaces its signs. */
function marked(pattern: RegExp, type: MarkType): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const inner = match[2];
    if (!inner) return null;
    const from = start + match[0].indexOf(inner, (match[1] ?? "").length);
    const before = start + (match[1] ?? "").length;
    const tr = state.tr;
    if (from + inner.length < end) tr.delete(from + inner.length, end);
    tr.delete(before, from);
    tr.addMark(before, before + inner.length, type.create());
    return tr.removeStoredMark(type);
  });
}

export function typed(): Plugin {
  return inputRules({
    rules: [
      textblockTypeInputRule(/^(#{1,4})\s$/, nodes.heading, (match) => ({ level: match[1]?.length ?? 1 })),
      textblockTypeInputRule(/^```$/, nodes.code_block),
      wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
      wrappingInputRule(/^\s*[-+*]\s$/, nodes.bullet_list),
      wrappingInputRule(/^(\d{1,3})[.)]\s$/, nodes.ordered_list, (match) => ({ order: Number(match[1]) }), (match, node) => node.childCount + (node.attrs.order as number) === Number(match[1])),
      new InputRule(/^---$/, (state, _match, start, end) => state.tr.replaceWith(start - 1, end, [nodes.horizontal_rule.create(), nodes.paragraph.create()])),
      marked(/(^|\s)\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, marks.strong),
      marked(/(^|\s)\*([^*\s](?:[^*]*[^*\s])?)\*$/, marks.em),
      marked(/(^|\s)~~([^~\s](?:[^~]*[^~\s])?)~~$/, marks.strike),
      marked(/(^|\s)`([^`\s](?:[^`]*[^`\s])?)`$/, marks.code),
    ],
  });
}
