"""A video template's script with its variables put in, and the faults of both, with remedies."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from django.conf import settings
from django.utils.translation import gettext as _

from avatars.models import Variable
from avatars.speech.text.script import clean, sentences
from core.text.dates import format_date, is_chinese
from core.text.placeholders import fill_placeholders, has_stray_braces, placeholder_names, split_at_placeholders
from core.text.slot_values import SlotType, fold_text, is_blank, parse_choices

Type = Variable.Type


@dataclass(frozen=True, kw_only=True)
class TemplateFault:
    """One thing that is wrong: with a column of the variable at `index`, or with the template's own where that is None.

    Of values that are given, `field` is the name of the variable.
    """

    field: str
    code: str
    words: str
    remedy: str
    index: int | None = None

    def __str__(self) -> str:
        return f"{self.words} {self.remedy}"


def template_faults(script: str, variables: Sequence[Variable], *, today: date) -> Iterator[TemplateFault]:
    """Everything that is wrong with a template, before it is filled in."""
    yield from _script_faults(script, {variable.name for variable in variables})
    yield from declaration_faults(variables, shown=set(placeholder_names(script)), today=today)


def declaration_faults(
    variables: Sequence[Variable], *, shown: set[str] | None = None, today: date
) -> Iterator[TemplateFault]:
    """The faults of variables themselves. `shown` are the names that a script shows; None asks for none."""
    counts = Counter(variable.name for variable in variables)
    for index, variable in enumerate(variables):
        if counts[variable.name] > 1:
            message = _("Two variables have the name “%(name)s”.") % {"name": variable.name}
            yield TemplateFault(
                index=index, field="name", code="same_name", words=message, remedy=_("Rename one of them.")
            )
        elif shown is not None and variable.name not in shown:
            message = _("The script does not show “%(name)s”.") % {"name": variable.name}
            remedy = _("Write {{%(name)s}} where it is to be spoken, or remove the variable.") % {"name": variable.name}
            yield TemplateFault(index=index, field="name", code="unused_variable", words=message, remedy=remedy)
        yield from _variable_faults(index, variable, today)


def _script_faults(script: str, names: set[str]) -> Iterator[TemplateFault]:
    if is_blank(script):
        yield TemplateFault(
            field="script", code="empty", words=_("There is nothing to say."), remedy=_("Write what to say.")
        )
    if has_stray_braces(script):
        message = _("The script has “{{” or “}}” without a variable between them. People would hear it.")
        remedy = _("Write variables like {{name}}: small letters, digits and _.")
        yield TemplateFault(field="script", code="bad_placeholder", words=message, remedy=remedy)
    for name in dict.fromkeys(placeholder_names(script)):
        if name not in names:
            message = _("The script shows {{%(name)s}}, and there is no such variable.") % {"name": name}
            yield TemplateFault(field="script", code="unknown_variable", words=message, remedy=known_variables(names))
    most, least = settings.AVATARS["MAX_CHARACTERS"], len("".join(split_at_placeholders(script)).strip())
    if least > most:
        message = _("The script has %(count)d characters; a video may have %(most)d.") % {"count": least, "most": most}
        yield TemplateFault(
            field="script", code="too_long", words=message, remedy=_("Make it shorter, or make two templates.")
        )


def _variable_faults(index: int, variable: Variable, today: date) -> Iterator[TemplateFault]:
    if variable.type == Type.CHOICE and (flaw := _choices_flaw(variable.choices)):
        message, remedy = flaw
        yield TemplateFault(index=index, field="choices", code="choices", words=message, remedy=remedy)
    least, most = variable.minimum, variable.maximum
    if least is not None and most is not None and least > most:
        message, remedy = _("“At least” is more than “at most”."), _("Exchange them, or leave one empty.")
        yield TemplateFault(index=index, field="minimum", code="bounds", words=message, remedy=remedy)
    elif variable.slot.type == SlotType.TEXT and most is not None and most < 1:
        message, remedy = _("“At most” leaves no room for a text."), _("It counts characters: write 1 or more.")
        yield TemplateFault(index=index, field="maximum", code="bounds", words=message, remedy=remedy)
    if not variable.default:
        return
    if variable.required:
        message = _("“%(name)s” is required, so its default is never used.") % {"name": variable.name}
        remedy = _("Take the default away, or do not require it.")
        yield TemplateFault(index=index, field="default", code="default_unused", words=message, remedy=remedy)
    elif variable.slot.parse(variable.default, today=today) is None:
        message = _("The default does not fit.")
        yield TemplateFault(
            index=index, field="default", code="default_invalid", words=message, remedy=value_advice(variable)
        )


def _choices_flaw(lines: str) -> tuple[str, str] | None:
    choices = parse_choices(lines)
    if len(choices) < 2:
        return _("It offers fewer than two choices."), _("Write one a line: value = label, other words.")
    said = [
        word for choice in choices for word in {fold_text(word) for word in (choice.value, choice.label, *choice.words)}
    ]
    twice = next((word for word, count in Counter(said).items() if count > 1), "")
    return (_("Two choices have the word “%(word)s”.") % {"word": twice}, _("Change one.")) if twice else None


def read_values(
    variables: Sequence[Variable], given: Mapping[str, object], *, today: date
) -> tuple[dict[str, str], list[TemplateFault]]:
    """The value of each variable, defaults where nothing is given; and the faults of the given values."""
    names = {variable.name for variable in variables}
    faults = [unknown_variable(name, names) for name in given if name not in names]
    values = {}
    for variable in variables:
        wish = given.get(variable.name)
        if wish is None or (isinstance(wish, str) and is_blank(wish)):
            if variable.required:
                faults.append(missing_value(variable))
            wish = variable.default
        if wish == "":
            continue
        text = _as_text(variable, wish)
        value = None if text is None else variable.slot.parse(text, today=today)
        if value is None:
            message = _("“%(label)s” does not fit.") % {"label": variable}
            faults.append(
                TemplateFault(field=variable.name, code="invalid", words=message, remedy=value_advice(variable))
            )
        else:
            values[variable.name] = value
    return values, faults


def filled_script(script: str, variables: Sequence[Variable], values: Mapping[str, str]) -> str:
    """The script with values of `read_values` put in; dates as people write them in the language of the script."""
    shown = shown_values(script, variables, values)
    return fill_placeholders(script, shown, {variable.name: variable.slot for variable in variables})


def shown_values(script: str, variables: Sequence[Variable], values: Mapping[str, str]) -> dict[str, str]:
    """Values as they are put into a script: dates as people write them in its language."""
    chinese = is_chinese("".join(split_at_placeholders(script)))
    days = {variable.name for variable in variables if variable.type == Type.DATE}
    return {
        name: format_date(date.fromisoformat(value), chinese=chinese) if name in days else value
        for name, value in values.items()
    }


def cuts(script: str, text: str) -> list[int]:
    """The borders in a filled script between sentences that are the same in every video and others, if it has both."""
    runs = list(_runs(script.strip()))
    pattern = "".join(f"({'.*?'.join(map(re.escape, split_at_placeholders(run)))})" for run in runs)
    match = re.fullmatch(pattern, text, re.DOTALL) if len(runs) > 1 else None
    borders = [match.start(number) for number in range(2, len(runs) + 1)] if match else []
    kept, begin = [], 0
    for border, end in pairwise([*borders, len(text)]):
        # An empty value may leave nothing to say: that is no piece of its own.
        if _is_spoken(text[begin:border]) and _is_spoken(text[border:end]):
            kept.append(border)
            begin = border
    return kept


def spoken_names(script: str, variables: Sequence[Variable], text: str) -> list[str]:
    """The names in a filled script: the text in place of the template's variables for names."""
    wanted = {variable.name for variable in variables if variable.is_name}
    shown = list(placeholder_names(script))
    if wanted.isdisjoint(shown):
        return []
    between = map(re.escape, split_at_placeholders(script.strip()))
    match = re.fullmatch("(.*?)".join(between), text, re.DOTALL)
    values = zip(shown, match.groups(), strict=True) if match else ()
    return sorted({value for name, value in values if name in wanted and value})


def _is_spoken(text: str) -> bool:
    return re.search(r"[^\W_]", clean(text)) is not None


def _runs(script: str) -> Iterator[str]:
    """Sentences that follow each other and all show a variable, or none does, together."""
    begins = [sentence.offset for sentence in sentences(clean(script))]
    each = [script[begin:end] for begin, end in pairwise([0, *begins[1:], len(script)])]
    for _shows, group in groupby(each, key=lambda sentence: any(placeholder_names(sentence))):
        yield "".join(group)


def value_advice(variable: Variable) -> str:
    """The values that a variable takes, as an advice."""
    slot = variable.slot
    if slot.type == SlotType.CHOICE:
        return _("Choose one of: %(choices)s.") % {"choices": ", ".join(choice.value for choice in slot.choices)}
    advice = {
        SlotType.DATE: _("Write a date like 2026-12-01."),
        SlotType.PHONE: _("Write a mobile number of eleven digits."),
        SlotType.EMAIL: _("Write an e-mail address like name@example.com."),
        SlotType.NUMBER: _("Write a number%(bounds)s."),
        SlotType.TEXT: _("Write a text%(bounds)s."),
    }[slot.type]
    return advice % {"bounds": _bounds(slot.type, slot.minimum, slot.maximum)} if "%(bounds)s" in advice else advice


def _bounds(kind: SlotType, least: int | None, most: int | None) -> str:
    values = {"least": least, "most": most}
    if least is not None and most is not None:
        text, number = _(" of %(least)d to %(most)d characters"), _(" from %(least)d to %(most)d")
    elif most is not None:
        text, number = _(" of at most %(most)d characters"), _(" of at most %(most)d")
    elif least is not None:
        text, number = _(" of at least %(least)d characters"), _(" of at least %(least)d")
    else:
        return ""
    return (text if kind == SlotType.TEXT else number) % values


def _as_text(variable: Variable, wish: object) -> str | None:
    """A given value as a person would type it: text, and for a number also a number of JSON."""
    if isinstance(wish, str):
        return wish
    is_number = isinstance(wish, int) and not isinstance(wish, bool)
    return str(wish) if is_number and variable.type == Type.NUMBER else None


def missing_value(variable: Variable) -> TemplateFault:
    """The fault of a required variable without a value."""
    message = _("“%(label)s” is required.") % {"label": variable}
    return TemplateFault(field=variable.name, code="required", words=message, remedy=value_advice(variable))


def unknown_variable(name: str, names: set[str]) -> TemplateFault:
    """The fault of a given value without a variable of its name."""
    message = _("There is no variable “%(name)s”.") % {"name": name[:40]}
    return TemplateFault(field=name, code="unknown_variable", words=message, remedy=known_variables(names))


def known_variables(names: set[str]) -> str:
    """The existing variables, as an advice."""
    if not names:
        return _("It has no variables.")
    return _("There are: %(names)s.") % {"names": ", ".join(sorted(names))}
