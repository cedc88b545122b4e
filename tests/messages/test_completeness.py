"""Every code of every room has its sentence in every language, with exactly its parameters, in the right script."""

import ast
import importlib
import re
import string
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import salesrules
from salesrules.core import Outcome, PolicyStatus, RoundingMode, Severity
from salesrules.messages import LOCALES

SOURCE = Path(salesrules.__file__).parent
SHELF = SOURCE / "messages" / "locale"
CHINESE = ("zh_CN", "zh_TW")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"\{\w+(:rate)?\}")
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")

#: Parameters of a rounding's label that the label does not say, because the line says how the value was rounded.
ROUNDING = {"digits", "mode"}

#: Written alike in both character sets, but in these sentences always the Simplified form of another character.
SIMPLIFIED_IN_BOTH_SETS = set("后于余范松云")
#: Words of the one side of the strait that the other does not use for the same thing.
FOREIGN_WORDS = {
    "zh_CN": ("設", "資訊", "资讯", "使用者", "软体", "專案", "核准"),
    "zh_TW": ("信息", "用戶", "默認", "軟件", "數據", "審批", "批准", "銷售額度"),
}


@cache
def messages(locale: str, room: str):
    with (SHELF / locale / "LC_MESSAGES" / f"{room}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def sentences(locale: str, room: str) -> dict[str, str]:
    return {message.id: message.string for message in messages(locale, room) if message.id}


def catalog_names(locale: str) -> list[str]:
    return sorted(path.stem for path in (SHELF / locale / "LC_MESSAGES").iterdir() if path.suffix == ".po")


def every_sentence(*locales: str) -> list[tuple[str, str, str]]:
    return [
        (locale, code, text)
        for locale in locales
        for room in catalog_names(locale)
        for code, text in sentences(locale, room).items()
    ]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def syntax_trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def reason_modules() -> list[str]:
    found = [*SOURCE.rglob("reasons.py"), *SOURCE.rglob("reasons/__init__.py")]
    paths = [path.parent if path.name == "__init__.py" else path.with_suffix("") for path in found]
    return sorted(".".join(["salesrules", *path.relative_to(SOURCE).parts]) for path in paths)


@cache
def declared() -> dict[str, frozenset[str]]:
    """The codes and labels of all `reasons` modules, and the codes made anywhere else, with their parameters."""
    found: dict[str, frozenset[str]] = {}
    for name in reason_modules():
        module = importlib.import_module(name)
        found |= {reason.code: frozenset(reason.parameters) for reason in getattr(module, "REASONS", ())}
        labels = getattr(module, "LABELS", {}).items()
        found |= {code: frozenset(parameters) - ROUNDING for code, parameters in labels}
    for path, tree in syntax_trees().items():
        if "reasons" not in (path.stem, path.parent.name):
            found |= codes_made_in(tree)
    return found


def codes_made_in(tree: ast.Module) -> dict[str, frozenset[str]]:
    """The codes of all `ReasonCode("room.code", ("name", ...))` in a module."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ReasonCode":
            code, *others = [ast.literal_eval(argument) for argument in node.args[:2]]
            found[code] = frozenset(others[0] if others else ())
    return found


def words_asked_for(tree: ast.Module) -> list[tuple[str, set[str] | None]]:
    """The codes of all `text("room.code", locale, name=...)`; `None` where the names are not written there."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "text":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and CODE.fullmatch(first.value):
                names = {keyword.arg for keyword in node.keywords}
                found.append((first.value, None if None in names else names))
    return found


@cache
def mentioned() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The codes that the source mentions, and patterns for those that it composes (`f"core.outcome.{...}"`)."""
    literals: set[str] = set()
    patterns = set()
    for tree in syntax_trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                literals.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z0-9_]+" for part in node.values
                ]
                if re.match(r"[a-z_]+\\\.", parts[0]):
                    patterns.add(re.compile("".join(parts)))
    for path in SOURCE.rglob("*"):
        if path.suffix in {".html", ".jinja", ".j2", ".toml", ".css"}:
            literals |= {match[0] for match in CODE.finditer(path.read_text("utf-8"))}
    return frozenset(literals), tuple(patterns)


def words_of_enumerations() -> set[str]:
    """`room.enum_name.value` for every enumeration of the library."""
    found = set()
    for path, tree in syntax_trees().items():
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "").endswith("Enum") for base in node.bases):
                name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name).lower()
                values = [member.value for member in node.body if isinstance(member, ast.Assign)]
                found |= {f"{room}.{name}.{value.value}" for value in values if isinstance(value, ast.Constant)}
    return found


def characters_of_the_other_script(locale: str, text: str) -> set[str]:
    own, other = ("gb2312", "big5") if locale == "zh_CN" else ("big5", "gb2312")
    foreign = {mark for mark in IDEOGRAPH.findall(text) if encodes(mark, other) and not encodes(mark, own)}
    return foreign | (set(text) & SIMPLIFIED_IN_BOTH_SETS if locale == "zh_TW" else set())


def encodes(mark: str, charset: str) -> bool:
    try:
        mark.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def test_every_language_has_the_same_catalogs_and_codes():
    assert sorted(path.name for path in SHELF.iterdir()) == sorted(LOCALES)
    for locale in LOCALES:
        assert catalog_names(locale) == catalog_names("en")
        for room in catalog_names(locale):
            assert sentences(locale, room).keys() == sentences("en", room).keys(), (locale, room)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_code_of_every_room_has_a_sentence_with_exactly_its_parameters(locale):
    worded = {code: places(text) for _, code, text in every_sentence(locale)}
    assert sorted(declared().keys() - worded.keys()) == []
    assert {code: worded[code] for code, names in declared().items() if worded[code] != names} == {}


@pytest.mark.parametrize("locale", CHINESE)
def test_every_translation_has_the_places_of_the_english_sentence(locale):
    english = {code: places(text) for _, code, text in every_sentence("en")}
    assert {code: text for _, code, text in every_sentence(locale) if places(text) != english[code]} == {}


def is_word_of_a_parameter(code: str) -> bool:
    """Whether a code is a word for a value of a parameter: `commissions.role.direct`."""
    room, *middle = code.split(".")[:-1]
    named = {name for other, names in declared().items() if other.startswith(f"{room}.") for name in names}
    return len(middle) == 1 and middle[0] in named


def test_no_sentence_is_stale():
    literals, patterns = mentioned()
    known = declared().keys() | literals | words_of_enumerations()
    rooms = {code.partition(".")[0] for code in declared()} | {"core", "cli", "reports"}
    stale = [
        code
        for _, code, _ in every_sentence("en")
        if code.partition(".")[0] in rooms
        and code not in known
        and not is_word_of_a_parameter(code)
        and not any(pattern.fullmatch(code) for pattern in patterns)
    ]
    assert stale == []


def test_the_words_of_an_enumeration_are_complete():
    worded = {code for _, code, _ in every_sentence("en")}
    of_kind = Counter(word.rpartition(".")[0] for word in words_of_enumerations())
    begun = Counter(word.rpartition(".")[0] for word in words_of_enumerations() & worded)
    assert {kind: (count, of_kind[kind]) for kind, count in begun.items() if count != of_kind[kind]} == {}
    for kind in (Outcome, Severity, PolicyStatus, RoundingMode):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
        assert {f"core.{name}.{member.value}" for member in kind} <= worded


def test_the_words_that_the_program_asks_for_exist_with_those_names():
    worded = {code: places(text) for _, code, text in every_sentence("en")}
    wrong = [
        (str(path.relative_to(SOURCE)), code)
        for path, tree in syntax_trees().items()
        for code, names in words_asked_for(tree)
        if code not in worded or (names is not None and names != worded[code])
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogs_are_clean(locale):
    for room in catalog_names(locale):
        catalog = messages(locale, room)
        assert catalog.locale_identifier == locale
        assert [message.id for message in catalog if message.id and (message.fuzzy or message.pluralizable)] == []
        assert [code for code, text in sentences(locale, room).items() if not text.strip()] == []
        assert list(catalog.obsolete) == []
        assert [code for code in sentences(locale, room) if not code.startswith(f"{room}.")] == []
        written = re.findall(
            r'^msgid "(.+)"$', (SHELF / locale / "LC_MESSAGES" / f"{room}.po").read_text("utf-8"), re.M
        )
        assert [code for code, count in Counter(written).items() if count > 1] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_templates_are_plain_names_and_clean_text(locale):
    for _, code, text in every_sentence(locale):
        bare = PLACE.sub("", text)
        assert "{" not in bare, code
        assert "}" not in bare, code
        assert text == text.strip(), code
        assert "  " not in text, code
        assert text.isprintable(), code


@pytest.mark.parametrize("locale", LOCALES)
def test_reasons_are_sentences_and_labels_are_not(locale):
    stop = "." if locale == "en" else "。"
    worded = {code: text for _, code, text in every_sentence(locale)}
    # What the command line and the reports write is of both kinds.
    declared_codes = {code for code in declared() if not code.startswith(("cli.", "reports."))}
    reasons = {code for code in declared_codes if ".label." not in code}
    assert [code for code in sorted(reasons) if not worded[code].endswith(stop)] == []
    assert [code for code in sorted(declared_codes - reasons) if worded[code].endswith(stop)] == []


@pytest.mark.parametrize("locale", CHINESE)
def test_chinese_is_chinese_in_its_own_script(locale):
    for _, code, text in every_sentence(locale):
        assert characters_of_the_other_script(locale, text) == set(), (code, text)
        assert [word for word in FOREIGN_WORDS[locale] if word in text] == [], (code, text)


@pytest.mark.parametrize("locale", CHINESE)
def test_chinese_sentences_are_translated_and_set_in_chinese_type(locale):
    english = {code: text for _, code, text in every_sentence("en")}
    for _, code, text in every_sentence(locale):
        if re.search("[A-Za-z]{3}", PLACE.sub("", english[code])):
            assert IDEOGRAPH.search(text), (code, text)
        assert re.findall("[A-Za-z]*[a-z][A-Za-z]*", PLACE.sub("", text)) == [], (code, text)
        assert not re.search(r"[\u4e00-\u9fff}][,;:!?()]|[,;:!?()][\u4e00-\u9fff{]", text), (code, text)
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef] | [\u3000-\u9fff\uff00-\uffef]", text), (code, text)


@pytest.mark.parametrize(
    ("locale", "text", "found"),
    [
        ("zh_TW", "错误", set("错误")),
        ("zh_TW", "錯誤", set()),
        ("zh_TW", "以后", set("后")),
        ("zh_CN", "錯誤", set("錯誤")),
        ("zh_CN", "错误以后", set()),
    ],
)
def test_the_script_check_bites(locale, text, found):
    assert characters_of_the_other_script(locale, text) == found


def test_the_readers_of_the_source_find_what_is_there():
    tree = ast.parse(
        'A = ReasonCode("org.a", ("x", "y"))\nB = ReasonCode("org.b")\ntext("cli.c", l, n=1)\nm.text("cli.d", **k)'
    )
    assert codes_made_in(tree) == {"org.a": {"x", "y"}, "org.b": set()}
    assert words_asked_for(tree) == [("cli.c", {"n"}), ("cli.d", None)]
    assert {"core.rounding_mode.half_up", "core.outcome.deny", "core.severity.info"} <= words_of_enumerations()
    assert "core.decision.reason" in mentioned()[0]
