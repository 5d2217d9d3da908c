"""Read the arguments of tool calls that were written as tags, for lack of a parser of the model's own calls."""

import re
from typing import Any, Final

from nodes.authors.reading.json_repair import Found

_PARAMETER: Final = re.compile(r"<parameter=([\w-]{1,60})>\n?(.*?)\n?</parameter>", re.DOTALL)
_ARGUMENT: Final = re.compile(r"<arg_key>\s*([\w-]{1,60})\s*</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_INVOKED: Final = re.compile(r"<parameter name=\"([\w-]{1,60})\"[^<>]{0,60}>(.*?)</parameter>", re.DOTALL)


def tagged_values(text: str) -> list[Found]:
    """Return the object of the arguments that stand in tags; empty without any."""
    for form, ending in ((_PARAMETER, "</parameter>"), (_ARGUMENT, "</arg_value>"), (_INVOKED, "</parameter>")):
        last = text.rfind(ending)
        pairs: dict[str, Any] = {match[1]: match[2] for match in form.finditer(text, 0, last + len(ending))}
        if last >= 0 and pairs:
            return [Found(pairs, 0)]
    return []
