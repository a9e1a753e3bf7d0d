"""A contract for `lint-imports`: edges and other apps import an app by its doors.

An edge goes by the name of its folder, in any app, so that a new module needs no entry and a forgotten one cannot slip
through.
"""

from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.domain import helpers


class DoorsContract(Contract):  # type: ignore[misc]  # import-linter has no types
    """Which modules of an app its own edges and other apps may import.

    - apps: packages that have doors.
    - edges: the names of the folders in an app that translate between it and the world.
    - doors: modules that anyone may import.
    - values: folders that anyone may import, with all that is in them.
    - ignore_imports: imports that are let pass.
    """

    type_name = "doors"

    apps = fields.ListField(subfield=fields.StringField())
    edges = fields.ListField(subfield=fields.StringField())
    doors = fields.SetField(subfield=fields.ModuleExpressionField())
    values = fields.SetField(subfield=fields.ModuleExpressionField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)
    unmatched_ignore_imports_alerting = fields.EnumField(
        contract_utils.AlertLevel, default=contract_utils.AlertLevel.ERROR
    )

    def check(self, graph, verbose):
        removed = contract_utils.remove_ignored_imports_and_report(
            graph=graph, ignore_imports=self.ignore_imports, unmatched_alerting=self.unmatched_ignore_imports_alerting
        )
        apps = set(self.apps)
        doors = modules(graph, self.doors) | modules(graph, self.values, as_packages=True) | apps

        def is_refused(importer, imported):
            if app_of(imported) not in apps or imported in doors:
                return False
            if app_of(importer) == app_of(imported):
                return self.is_edge(importer) and not self.is_edge(imported)
            return app_of(importer) in apps

        refused = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if is_refused(importer, imported)
        ]
        return ContractCheck(kept=not refused, warnings=list(removed.warnings), metadata={"refused": refused})

    def is_edge(self, module):
        """Whether the second name of a module is that of an edge."""
        return bool(set(module.split(".")[1:2]) & set(self.edges))

    def render_broken_contract(self, check):
        output.print_error("Not by a door (call `services`, or a folder of values in pyproject.toml):", bold=False)
        output.new_line()
        for importer, imported in check.metadata["refused"]:
            output.print_error(f"- {importer} -> {imported}", bold=False)
        output.new_line()


def app_of(module):
    return module.partition(".")[0]


def modules(graph, expressions, *, as_packages=False):
    """The names of the modules that expressions match."""
    return {
        module.name for module in helpers.module_expressions_to_modules(graph, expressions, as_packages=as_packages)
    }
