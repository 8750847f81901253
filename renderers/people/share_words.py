"""What a share gives, in words: to whom it names now, and to whom it would name."""

from __future__ import annotations

from core.i18n import Texts
from core.records.sharing import Shown
from metamodel.messages import message


def sees_now(shown: Shown, texts: Texts) -> str:
    """What those see of it whom a share names."""
    if not shown.people:
        return texts.gettext("nobody is there now")
    if shown.people == 1 and not shown.more:
        if not shown.see:
            return texts.gettext("sees nothing of it: no role of theirs shows what is shared")
        words = texts.gettext("sees it and may change it") if shown.change else texts.gettext("sees it")
        return words + _without(shown, texts)
    return texts.render(message("{see} of {count} people see it, {change} may change it", see=shown.see,
                                change=shown.change, count=shown.people))  # fmt: skip


def _without(shown: Shown, texts: Texts) -> str:
    if not shown.hidden:
        return ""
    names = ", ".join(f.label.in_language(texts.language) or f.name for f in shown.hidden)
    return ", " + texts.phrase("without: {what}", what=names)


def would_show(shown: Shown, texts: Texts, *, changing: bool) -> tuple[str, bool]:
    """What a share would give, in words, and whether that is less than it promises."""
    if not shown.people:
        return texts.gettext("Nobody is there now: it will count for who comes."), True
    if shown.people == 1 and not shown.more:
        if not shown.see:
            return texts.gettext(
                "This gives nothing: no role of this person shows what is shared with them."
            ), True
        if changing and not shown.change:
            words = texts.gettext("Will see it, but may not change it: no role of this person lets them.")
            return words + _without(shown, texts), True
        words = (
            texts.gettext("Will see it and may change it") if shown.change else texts.gettext("Will see it")
        )
        if shown.saw:
            words += " (" + texts.gettext("sees it already") + ")"
        return words + _without(shown, texts), False
    words = texts.render(message("{see} of {count} people will see it, {saw} of them see it already; {change} may change it",
                                 see=shown.see, saw=shown.saw, change=shown.change, count=shown.people))  # fmt: skip
    return words, shown.see < shown.people or (changing and shown.change < shown.people)
