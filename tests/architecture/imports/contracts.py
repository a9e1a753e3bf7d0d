"""The contracts of pyproject.toml, and the imports that they judge."""

import copy
from functools import cache
from typing import Any

import grimp
from importlinter import configuration
from importlinter.application.use_cases import _register_built_in_contract_types, read_user_options
from importlinter.domain.contract import Contract, registry

from tests.architecture.imports.doors import DoorsContract
from tests.support.paths import ROOT

configuration.configure()
_register_built_in_contract_types()
registry.register(DoorsContract, DoorsContract.type_name)
OPTIONS = read_user_options(str(ROOT / "pyproject.toml"))
CONTRACTS: dict[str, dict[str, Any]] = {one["name"].split(". ")[0]: one for one in OPTIONS.contracts_options}


def imports() -> grimp.ImportGraph:
    """Who imports whom, as `lint-imports` sees it; a copy, to plant imports into."""
    return copy.deepcopy(_imports())


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph(*OPTIONS.session_options["root_packages"], include_external_packages=True, cache_dir=None)


def contract(number: str) -> Contract:
    options = CONTRACTS[number]
    kind = registry.get_contract_class(options["type"])
    return kind(name=options["name"], session_options=OPTIONS.session_options, contract_options=options)
