"""The locales that sentences are written in, and how a requested one is matched to them."""

from __future__ import annotations

import difflib
import functools

from babel import Locale
from babel.core import parse_locale

from salesrules.core import UnknownName

__all__ = ["LOCALES", "negotiate"]

#: English, Simplified Chinese, Traditional Chinese: the folders under `locale/`.
LOCALES = ("en", "zh_CN", "zh_TW")

_TRADITIONAL_TERRITORIES = frozenset({"TW", "HK", "MO"})
_SCRIPTS = {"Hans": "zh_CN", "Hant": "zh_TW"}


def negotiate(locale: str) -> str:
    """The one of `LOCALES` that serves a requested locale: `en_GB` is served by `en`, `zh-HK` by `zh_TW`.

    A script decides before a territory (`zh-Hans-HK` is `zh_CN`); plain `zh` is Simplified. Hyphens, underscores,
    any case and an encoding (`zh_TW.UTF-8`) are understood.

    Raises `UnknownName` with the nearest locales for any other language, and for what is no locale at all.

    >>> negotiate("zh-Hant"), negotiate("en-GB")
    ('zh_TW', 'en')
    """
    if locale in LOCALES:
        return locale
    try:
        language, territory, script, *_ = parse_locale(locale.replace("-", "_"))
    except (AttributeError, ValueError):
        raise _unknown(locale) from None
    if language == "en":
        return "en"
    if language != "zh" or script not in (None, *_SCRIPTS):
        raise _unknown(locale)
    return _SCRIPTS[script] if script else "zh_TW" if territory in _TRADITIONAL_TERRITORIES else "zh_CN"


def _unknown(locale: object) -> UnknownName:
    return UnknownName("locale", locale, tuple(difflib.get_close_matches(str(locale), LOCALES, cutoff=0.5)) or LOCALES)


@functools.cache
def babel_locale(locale: str) -> Locale:
    """Babel's data for one of `LOCALES`."""
    return Locale.parse(locale)
