"""What the source says beside the code: sentences under fields and inside errors."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel


def class_tree(cls: type) -> ast.ClassDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    node = tree.body[0]
    if not isinstance(node, ast.ClassDef):
        raise TypeError(f"{cls} has no source of a class")
    return node


def sentences_of(cls: type) -> dict[str, str]:
    """Field or member → the string that stands under it."""
    found: dict[str, str] = {}
    body = class_tree(cls).body
    for field, below in pairwise(body):
        name = _target(field)
        text = _string(below.value) if isinstance(below, ast.Expr) else None
        if name and text:
            found[name] = " ".join(inspect.cleandoc(text).split())
    return found


def meanings_of(model: type[BaseModel]) -> dict[str, str]:
    """Of the fields of a model, those that it inherits included."""
    return {
        name: text
        for parent in reversed(model.__mro__)
        if issubclass(parent, BaseModel) and parent is not BaseModel
        for name, text in sentences_of(parent).items()
    }


def first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0] if model.__doc__ else ""


def _target(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in names:
            yield node


def _called(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def strings_in(node: ast.AST) -> list[str]:
    """Texts among the arguments of a call, with the values of f-strings as {names}."""
    if not isinstance(node, ast.Call):
        return []
    return [text for argument in node.args if (text := _string(argument)) is not None]


def _string(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(part) for part in node.values)
    return None


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        whole = re.sub(r"\.(vi|en)$", "", ast.unparse(part.value))  # half of a Message
        return f"{{{whole if whole.isidentifier() else whole.rpartition('.')[2]}}}"
    return _string(part) or ""
