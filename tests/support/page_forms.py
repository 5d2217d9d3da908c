"""The forms and links of a page, as a browser without scripts has them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Control:
    """A button with the form that it sends."""

    method: str
    action: str
    label: str
    fields: list[tuple[str, str]]

    @property
    def name(self) -> str:
        hidden = " ".join(value for name, value in self.fields if name not in {"csrf", "attempt"})[:60]
        return f"{self.label} -> {self.method} {self.action} {hidden}"


@dataclass
class _Form:
    method: str
    action: str
    form_id: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(label, name, value, address of its own)"""


class _Reader(HTMLParser):
    """`typed`: what is typed into empty fields for text, by name. Of choices the first is taken, boxes are checked."""

    def __init__(self, typed: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.typed = typed
        self.forms: list[_Form] = []
        self.links: list[str] = []
        self._form: _Form | None = None
        self._button: tuple[str, str, str] | None = None
        self._owner: str | None = None
        """The id of the form that the button names; it need not stand inside."""
        self._outside: list[tuple[str, tuple[str, str, str, str]]] = []
        self._label = ""
        self._area: str | None = None
        self._words = ""
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "form":
            self._form = _Form(values.get("method", "get").upper(), values.get("action", ""), values.get("id", ""))
            self.forms.append(self._form)
        if (self._form is None and "form" not in values) or "disabled" in values:
            return
        if tag == "button" and values.get("type") != "button":
            self._button = name, values.get("value", ""), values.get("formaction", "")
            self._owner, self._label = values.get("form"), values.get("aria-label", "")
        if self._form is None:
            return
        if tag == "textarea":
            self._area, self._words = name, ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and ("selected" in values or self._select not in dict(self._form.fields)):
            self._form.fields = [pair for pair in self._form.fields if pair[0] != self._select]
            self._form.fields.append((self._select, values.get("value", "")))
        if tag == "input" and name:
            kind = values.get("type", "text")
            if kind == "radio" and name in dict(self._form.fields):
                return
            text = kind not in {"hidden", "radio", "checkbox"} and not values.get("value")
            self._form.fields.append((name, self.typed.get(name, "") if text else values.get("value", "on")))

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._label += data
        if self._area is not None:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None:
            button = " ".join(self._label.split()), *self._button
            if self._owner is not None:
                self._outside.append((self._owner, button))
            elif self._form is not None:
                self._form.buttons.append(button)
            self._button = None
        if tag == "textarea" and self._area is not None and self._form is not None:
            words = self._words.removeprefix("\n")  # browsers ignore one there
            self._form.fields.append((self._area, words or self.typed.get(self._area, "")))
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "form":
            self._form = None

    def close(self) -> None:
        super().close()
        for owner, button in self._outside:
            next(form for form in self.forms if form.form_id == owner).buttons.append(button)


def controls(html: str, typed: dict[str, str]) -> list[Control]:
    """Every button of a page, with its form filled in."""
    found = []
    for form in _read(html, typed).forms:
        for label, name, value, own in form.buttons:
            pressed = [(name, value)] if name else []
            found.append(Control(form.method, own or form.action, label, [*form.fields, *pressed]))
    return found


def links(html: str) -> list[str]:
    """The addresses of this site that a page links to, without their fragments."""
    local = (link.partition("#")[0] for link in _read(html, {}).links if link.startswith("/"))
    return list(dict.fromkeys(filter(None, local)))


def _read(html: str, typed: dict[str, str]) -> _Reader:
    reader = _Reader(typed)
    reader.feed(html)
    reader.close()
    return reader
