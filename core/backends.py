"""Back ends named in a settings dict `{"name": {"class": "dotted.path", "options": {}}}`; one instance per process."""

import warnings
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


def names(setting: str) -> list[str]:
    """The configured names, in the order of the setting."""
    return list(getattr(settings, setting))


@cache
def backend(setting: str, name: str) -> Any:
    """This process's instance of a back end. Raises `ImproperlyConfigured` for an unknown name."""
    configured = getattr(settings, setting)
    if name not in configured:
        raise ImproperlyConfigured(f"{setting} has no entry {name!r}; it has {', '.join(configured) or 'none'}.")
    entry = configured[name]
    return _class(entry["class"])(**entry.get("options", {}))


def class_and_options(setting: str, name: str) -> tuple[Any, dict[str, Any]]:
    """The class of a back end and its options, without an instance. Raises `KeyError` for an unknown name."""
    entry = getattr(settings, setting)[name]
    return _class(entry["class"]), dict(entry.get("options", {}))


def entry(setting: str, name: str) -> dict[str, Any]:
    """The setting's entry for a name; {} for an unknown one."""
    return dict(getattr(settings, setting).get(name, {}))


def former_paths(setting: str) -> dict[str, str]:
    """The entries of a setting whose class has moved, each with the path of today."""
    return {
        name: settings.FORMER_CLASS_PATHS[entry["class"]]
        for name, entry in getattr(settings, setting).items()
        if entry.get("class") in settings.FORMER_CLASS_PATHS
    }


def _class(path: str) -> Any:
    """The class at a dotted path. A former path still works, with a `DeprecationWarning`."""
    if path in settings.FORMER_CLASS_PATHS:
        today = settings.FORMER_CLASS_PATHS[path]
        warnings.warn(f"{path} has moved. Name it {today} in the settings.", DeprecationWarning, stacklevel=3)
        path = today
    return import_string(path)
