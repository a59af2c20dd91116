"""Messages and Adaptive Cards as plain HTML: enough to read them, fill them in and press their buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.parse import urlsplit

from teams_sight import markdown
from teams_world import Raw

PRESSED = "press"
"""The field of a form that says which button it was."""

_KEPT = frozenset({"b", "strong", "i", "em", "code", "pre", "p", "ul", "ol", "li", "blockquote", "s"})

_MARKED = re.compile(r"(?<!\\)\*\*(?P<bold>.+?)(?<!\\)\*\*|(?<!\\)\[(?P<label>[^\]\n]+)\]\((?P<url>https?:[^)\s]+)\)")


def words(activity: Raw) -> str:
    """Return the text of a message as HTML."""
    text = str(activity.get("text") or "")
    match activity.get("textFormat"):
        case "xml":
            return _of_xml(text)
        case "markdown":
            return _of_markdown(text)
        case "plain":
            return _lines(text)
        case _:
            return _of_xml(html.escape(text).replace("&lt;at&gt;", "<at>").replace("&lt;/at&gt;", "</at>"))


def card(content: Raw) -> str:
    """Return a card as HTML, to be put into a form; a button submits its reference, or else its title, as `press`."""
    return "".join(_element(one) for one in content.get("body") or ()) + _actions(content.get("actions") or ())


def _element(one: Raw) -> str:
    drawn = _ELEMENTS.get(str(one.get("type")), _unknown)
    return drawn(one)


def _unknown(one: Raw) -> str:
    if str(one.get("type")).startswith("Input."):
        return _input(one)
    return f'<p class="quiet">{_e(one.get("fallbackText") or one.get("type"))}</p>'


def _text_block(one: Raw) -> str:
    heading = one.get("style") == "heading" or one.get("size") in {"large", "extraLarge"}
    tag = "h3" if heading else "p"
    look = " ".join(
        name for name, on in (("strong", one.get("weight") == "bolder"), ("quiet", one.get("isSubtle"))) if on
    )
    return f'<{tag} class="{look}">{_of_markdown(str(one.get("text", "")))}</{tag}>'


def _rich(one: Raw) -> str:
    return f"<p>{''.join(_run(run) for run in one.get('inlines') or ())}</p>"


def _run(run: object) -> str:
    if not isinstance(run, dict):
        return _lines(str(run))
    text = _lines(str(run.get("text", "")))
    if run.get("weight") == "bolder":
        text = f"<b>{text}</b>"
    if run.get("fontType") == "monospace":
        text = f"<code>{text}</code>"
    action = run.get("selectAction")
    if isinstance(action, dict) and action.get("type") == "Action.OpenUrl":
        return _link(str(action.get("url", "")), text)
    return f'<span class="quiet">{text}</span>' if run.get("isSubtle") else text


def _facts(one: Raw) -> str:
    rows = (
        f"<dt>{_of_markdown(str(fact.get('title', '')))}</dt><dd>{_of_markdown(str(fact.get('value', '')))}</dd>"
        for fact in one.get("facts") or ()
    )
    return f"<dl>{''.join(rows)}</dl>"


def _container(one: Raw) -> str:
    style = one.get("style")
    shown = style if style in {"good", "warning", "attention", "accent", "emphasis"} else "plain"
    return f'<div class="box {shown}">{"".join(_element(each) for each in one.get("items") or ())}</div>'


def _columns(one: Raw) -> str:
    columns = (
        f'<div class="column{" wide" if column.get("width", "stretch") == "stretch" else ""}">'
        f"{''.join(_element(each) for each in column.get('items') or ())}</div>"
        for column in one.get("columns") or ()
    )
    return f'<div class="columns">{"".join(columns)}</div>'


def _table(one: Raw) -> str:
    rows = (
        f"<tr>{''.join(f'<td>{_items(cell)}</td>' for cell in row.get('cells') or ())}</tr>"
        for row in one.get("rows") or ()
    )
    return f'<div class="table"><table>{"".join(rows)}</table></div>'


def _items(one: Raw) -> str:
    return "".join(_element(each) for each in one.get("items") or ())


def _action_set(one: Raw) -> str:
    return _actions(one.get("actions") or ())


def _actions(actions: list[Raw] | tuple[()]) -> str:
    seen = "".join(_action(one) for one in actions if one.get("mode") != "secondary")
    more = "".join(_action(one) for one in actions if one.get("mode") == "secondary")
    if more:
        seen += f'<details class="more"><summary>…</summary><div class="buttons">{more}</div></details>'
    return f'<div class="buttons">{seen}</div>' if seen else ""


def _action(one: Raw) -> str:
    title = _e(one.get("title", ""))
    match one.get("type"):
        case "Action.OpenUrl":
            return _link(str(one.get("url", "")), title)
        case "Action.ShowCard":
            form = card(one["card"])
            return f'<details class="form"><summary>{title}</summary><div class="box plain">{form}</div></details>'
        case "Action.Execute" | "Action.Submit":
            data = one.get("data")
            ref = data.get("ref") if isinstance(data, dict) else None
            style = {"positive": "primary", "destructive": "danger"}.get(str(one.get("style")), "")
            return (
                f'<button class="{style}" name="{PRESSED}" value="{_e(ref or one.get("title", ""))}">{title}</button>'
            )
        case _:
            return ""


def _input(one: Raw) -> str:
    id_, value, label = _e(one.get("id")), _e(one.get("value") or ""), _e(one.get("label") or "")
    match one["type"]:
        case "Input.Toggle":
            on = _e(one.get("valueOn", "true"))
            checked = " checked" if one.get("value") == one.get("valueOn", "true") else ""
            box = f'<input type="checkbox" name="{id_}" value="{on}"{checked}>'
            return f"<label>{box} {_e(one.get('title'))}</label>"
        case "Input.ChoiceSet" if "choices.data" not in one:
            options = "".join(
                f'<option value="{_e(each["value"])}"{" selected" if each["value"] == one.get("value") else ""}>'
                f"{_e(each['title'])}</option>"
                for each in one.get("choices") or ()
            )
            return f'<label>{label}<select name="{id_}"><option value=""></option>{options}</select></label>'
        case "Input.Text" if one.get("isMultiline"):
            return f'<label>{label}<textarea name="{id_}" rows="3">{value}</textarea></label>'
        case _:
            hint = ' list="people"' if "choices.data" in one else ""
            return f'<label>{label}<input name="{id_}" value="{value}"{hint}></label>'


_ELEMENTS: Mapping[str, Callable[[Raw], str]] = {
    "TextBlock": _text_block,
    "RichTextBlock": _rich,
    "FactSet": _facts,
    "Container": _container,
    "ColumnSet": _columns,
    "Table": _table,
    "ActionSet": _action_set,
}


class _Kept(HTMLParser):
    """Lets a few tags through, without what stands in them, and shows the rest as what it says."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.out.append("<br>")
        elif tag == "a":
            href = dict(attrs).get("href") or ""
            self.out.append(f'<a href="{_e(href if _is_web(href) else "")}" rel="noreferrer" target="_blank">')
        elif tag == "at":
            self.out.append('<span class="at">')
        elif tag in _KEPT:
            self.out.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "at":
            self.out.append("</span>")
        elif tag == "a" or tag in _KEPT:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(_lines(data))


def _of_xml(text: str) -> str:
    parser = _Kept()
    parser.feed(text)
    parser.close()
    return "".join(parser.out)


def _of_markdown(text: str) -> str:
    found, at = [], 0
    for match in _MARKED.finditer(text):
        found.append(_lines(markdown(text[at : match.start()])))
        if match["bold"]:
            found.append(f"<b>{_lines(markdown(match['bold']))}</b>")
        else:
            found.append(_link(match["url"], _lines(markdown(match["label"]))))
        at = match.end()
    return "".join([*found, _lines(markdown(text[at:]))])


def _link(url: str, label: str) -> str:
    return f'<a href="{_e(url)}" rel="noreferrer" target="_blank">{label}</a>' if _is_web(url) else label


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"}


def _lines(text: str) -> str:
    return _e(text).replace("\n", "<br>")


def _e(text: object) -> str:
    return html.escape(str(text if text is not None else ""))
