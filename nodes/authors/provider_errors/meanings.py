"""Meanings of codes and words of providers: key, money, moderation, no such model, busy."""

import re
from typing import Final

from nodes.authors.provider_errors.error_facts import ErrorFacts

_KEY_CODES: Final = frozenset({
    "invalid_api_key", "invalid_authentication", "invalid_authentication_error", "authentication_error",
    "api_key_invalid", "unauthenticated", "unauthorized", "invalidapikey", "unrecognizedclientexception",
    "invalidsignatureexception", "invalidclienttokenid", "expiredtokenexception", "expiredtoken",
    "incompletesignature", "missingauthenticationtoken", "nocredentialserror", "partialcredentialserror",
    "defaultcredentialserror", "api_key_expired", "account_deactivated",
})  # fmt: skip
_KEY_WORDS: Final = re.compile(
    r"(?:invalid|incorrect|wrong|missing|expired|disabled|no)[ -]?(?:proxy server |x-)?api[ _-]?key"
    r"|api[ _-]?key (?:is )?(?:not valid|invalid|expired|missing|not found|incorrect)|no auth credentials"
    r"|security token (?:included in the request )?is (?:invalid|expired)|unable to locate credentials"
    r"|could not resolve authentication|user location is not supported"
    r"|account (?:has been |is )?(?:deactivated|disabled)"
)
_MONEY_CODES: Final = frozenset({
    "insufficient_quota", "insufficient_balance", "insufficient_user_quota", "insufficient_credits",
    "insufficient_funds", "billing_hard_limit_reached", "billing_not_active", "credit_balance_too_low",
    "exceeded_current_quota_error", "access_terminated", "arrearage", "account_overdue", "payment_required",
    "billing_error", "1113",
})  # fmt: skip
_MONEY_WORDS: Final = re.compile(
    r"(?:insufficient|not enough|no(?: remaining)?|out of|lack(?:s|ing)?) (?:account |your )?"
    r"(?:balance|credits?|funds?|quota)"
    r"|(?:balance|credits?|funds?) (?:is |are |has been |have been )?"
    r"(?:too low|not enough|insufficient|exhausted|depleted)"
    r"|(?:used (?:up )?all|exceeded) (?:of )?your (?:available |monthly |included |prepaid )+credits?"
    r"|check your plan and billing|billing (?:hard limit|account is)|enable billing|payment (?:is )?required"
    r"|top up|recharge your|in arrears|overdue|spending limit|requires? (?:at least|more) \D{0,20}credits"
    r"|余额不足|欠费|充值|无可用资源包"
)
_ZERO_QUOTA: Final = re.compile(r"limit: 0\b")
"""A quota of nothing, as Google words it: no wait helps."""

_MODERATION_CODES: Final = frozenset({
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked",
    "data_inspection_failed", "datainspectionfailed", "contentfilter", "moderation", "safety", "1301",
    "content_blocked", "prohibited_content", "guardrail_intervened",
})  # fmt: skip
_MODERATION_WORDS: Final = re.compile(
    r"flagged|content (?:management )?policy|content[ _]filter|content moderation"
    r"|moderation (?:system|endpoint|api|policy)"
    r"|safety (?:system|filter|setting|polic)|usage polic|data_inspection|inappropriate content|guardrail"
    r"|(?:violat\w+|against) (?:our |the )?\w{0,20} ?polic|敏感|不安全|违规"
)

_MISSING_CODES: Final = frozenset({"model_not_found", "modelnotfound", "deploymentnotfound", "not_found_error",
                                   "resourcenotfoundexception", "invalid_model", "model_not_available"})  # fmt: skip
_MISSING_WORDS: Final = re.compile(
    r"models?\b[^\n]{0,120}(?:not found|does not exist|doesn't exist|is not a valid model)"
    r"|no such model|unknown model|invalid model (?:name|id)|is not a valid model|model identifier is invalid"
    r"|try pulling it first|模型不存在"
)
_ADDRESS_WORDS: Final = re.compile(
    r"unexpected endpoint|no route|cannot (?:post|get) /|invalid url|unknown (?:endpoint|route|path|request url)"
    r"|404 page not found|requested url was not found|no handler found|not found: /"
)

_BUSY_CODES: Final = re.compile(
    r"rate_?limit|overloaded|throttl|resource_exhausted|too_?many_?requests|unavailable|at_capacity|no_?capacity"
    r"|servicequotaexceeded|modelnotready|engine_overloaded|slow_?down"
)
_BUSY_WORDS: Final = re.compile(
    r"rate limit|too many requests|overloaded|(?:at|over|no) capacity|server is busy|currently loading|loading model"
    r"|try again later"
)


def is_wrong_key(facts: ErrorFacts) -> bool:
    return bool(facts.codes & _KEY_CODES) or _KEY_WORDS.search(facts.text) is not None


def is_out_of_money(facts: ErrorFacts, wait: float | None) -> bool:
    """Return whether there is nothing left to pay with. Beside a wait only codes say so: words name rates as well."""
    if facts.codes & _MONEY_CODES:
        return True
    if _ZERO_QUOTA.search(facts.text) and facts.status == 429:
        return True
    return wait is None and _MONEY_WORDS.search(facts.text) is not None


def is_moderation(facts: ErrorFacts) -> bool:
    return bool(facts.codes & _MODERATION_CODES) or _MODERATION_WORDS.search(facts.text) is not None


def is_missing_model(facts: ErrorFacts) -> bool:
    return bool(facts.codes & _MISSING_CODES) or _MISSING_WORDS.search(facts.text) is not None


def is_wrong_address(facts: ErrorFacts) -> bool:
    return _ADDRESS_WORDS.search(facts.text) is not None


def is_busy(facts: ErrorFacts) -> bool:
    """Return whether the model refuses every call for now."""
    if facts.status in (429, 503, 529):
        return True
    return any(_BUSY_CODES.search(code) for code in facts.codes) or _BUSY_WORDS.search(facts.text) is not None


def is_known(facts: ErrorFacts) -> bool:
    """Return whether the words alone say what an error without a status means."""
    signs = (is_wrong_key, is_moderation, is_missing_model, is_wrong_address, is_busy)
    return any(sign(facts) for sign in signs) or is_out_of_money(facts, None)
