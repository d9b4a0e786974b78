"""The library as it is given away: a wheel of its own, with two dependencies."""

import ast
import email
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[2] / "sso_client"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since setuptools leaves its work beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("*.egg-info", "__pycache__", "build")
    source = Path(shutil.copytree(PROJECT, folder / "source", ignore=ignored))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    command += ["--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_requires_joserfc_and_httpx_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    required = {Requirement(each).name for each in metadata.get_all("Requires-Dist", [])}
    assert required == {"joserfc", "httpx"}
    assert metadata["Name"] == "congvu-sso-client"
    assert metadata["Version"] == "0.1.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


def test_it_is_typed_and_holds_the_package_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "congvu_sso/py.typed" in names
    assert "congvu_sso/verifier.py" in names
    folders = {name.split("/")[0] for name in names}
    assert folders == {"congvu_sso", "congvu_sso_client-0.1.0.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_works_without_the_product(wheel: Path, tmp_path: Path) -> None:
    """Imported from the wheel, from another folder, with nothing of ours on the path."""
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r});"
        "import congvu_sso; print(congvu_sso.__file__);"
        "assert not {'kernel', 'identity', 'sso'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", code],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(wheel))


def test_it_imports_only_the_standard_library_and_its_two_dependencies() -> None:
    allowed = {*sys.stdlib_module_names, "joserfc", "httpx", "congvu_sso"}
    for file in (PROJECT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Import():
                    names = [each.name for each in node.names]
                case ast.ImportFrom():
                    names = [node.module or ""]
                case _:
                    continue
            assert {name.split(".")[0] for name in names} <= allowed, file
