"""The names of details that records of the audit trail carry, as the source writes them."""

import ast
from collections.abc import Iterator
from dataclasses import fields

from console.audit.detail_words import detail_in_words
from console.pages import CATALOGUE
from entrypoints.home import CHECKOUT
from entrypoints.reference.markdown import code, table
from entrypoints.reference.refusals import PACKAGES
from identity.directory.brake import Held
from identity.directory.comparison import DriftKind

WRITERS = ("record", "record_sign_on", "record_step", "_record")
"""Their keywords are details; `_record` of `sso.account` hands them on."""
TRAILS = ("audit", "self._spool")
"""What else has a method `record` writes somewhere else."""
MANY = "audit.record_many"
SPREAD = frozenset({"more", "stop.held", "found", "details"})
"""What is handed on with two stars: a dictionary of the same module, a parameter, or told below."""
NO_DETAILS = frozenset({"synchronize_session"})
"""Stands in dictionaries beside those of details."""
TOLD = frozenset({field.name for field in fields(Held)} | {kind.value for kind in DriftKind})


def audit_details() -> str:
    english = CATALOGUE.of("en").ugettext
    rows = []
    for name in sorted(details_in_use()):
        words = detail_in_words(name)
        rows.append((code(name), *(text.replace("%%", "%") for text in (english(words), words))))
    return table(("detail", "in English", "bằng tiếng Việt"), rows)


def details_in_use() -> set[str]:
    return set(TOLD).union(*map(set, map(_of_module, _modules())))


def _modules() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _of_module(module: ast.Module) -> Iterator[str]:
    nodes = list(ast.walk(module))
    for call in (node for node in nodes if isinstance(node, ast.Call) and _writes(node)):
        yield from (word.arg for word in call.keywords if word.arg is not None)
        spread = {ast.unparse(word.value) for word in call.keywords if word.arg is None}
        if not spread <= SPREAD:
            raise LookupError(f"Nobody says which details {spread - SPREAD} has; see SPREAD.")
        for node in nodes:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in spread:
                yield from _details_made(node)
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    for function in functions:
        called = {
            ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)
        }
        if MANY in called:
            for maker in (one for one in functions if one is function or one.name in called):
                yield from _details_made(maker)


def _writes(call: ast.Call) -> bool:
    owner, _, name = ast.unparse(call.func).rpartition(".")
    return name in WRITERS and (name != "record" or owner in TRAILS)


def _details_made(maker: ast.AST) -> Iterator[str]:
    for node in ast.walk(maker):
        if isinstance(node, ast.Dict):
            names = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            yield from (name for name in names - NO_DETAILS if isinstance(name, str))
