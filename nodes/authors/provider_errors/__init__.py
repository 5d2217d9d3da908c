"""Turn the errors of all integrations into CallFailed; nothing else does.

`error_facts` collects what an exception and its body say, `waits` and `limits` read numbers out of that, and
`classification` decides what it means for other calls.
"""

from nodes.authors.provider_errors.classification import call_failed, stopped_early, timed_out

__all__ = ["call_failed", "stopped_early", "timed_out"]
