"""Read a configuration file as plain values that know their lines, with {env: VAR} resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from connector.pipeline.setup.configure_bounds import find_excess

Path = tuple[str | int, ...]
"""Where a value stands: ("links", 0, "mappings", 2, "field")."""

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class ConfigError:
    """One thing to mend in the file."""

    line: int
    """Counted from 1; 0 where the trouble is in no line of the file."""
    path: str
    """`links[0].mappings[2].field`; "" for the file as a whole."""
    message: str


@dataclass(slots=True)
class Document:
    """A parsed file; filled while it is read."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    variables: dict[Path, str] = field(default_factory=dict)
    """{path: environment variable that the value came from}; such values are never shown."""
    errors: list[ConfigError] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path, message: str) -> ConfigError:
        """Make the error for a place in the file."""
        return ConfigError(line=self.line_of(path), path=dotted(path), message=message)


def dotted(path: Path) -> str:
    """Write a path as people read it: `links[0].mappings[2].field`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse_document(text: str, *, environ: Mapping[str, str]) -> Document:
    """Read YAML 1.2; what is wrong with its form is in `errors`."""
    document = Document()
    try:
        excess = find_excess(YAML().parse(text))
        if excess is not None:
            document.errors.append(ConfigError(excess.line, dotted(excess.path), excess.message))
            return document
        root = YAML().compose(text)
    except YAMLError as exc:
        document.errors.append(_syntax_error(exc))
        return document
    if not isinstance(root, MappingNode):
        message = "The file must be a mapping with any of the keys orgs, sources and links."
        document.errors.append(ConfigError(1, "", message))
        return document
    document.data = _Reader(document, environ).read(root, ())
    return document


def _syntax_error(exc: YAMLError) -> ConfigError:
    if not isinstance(exc, MarkedYAMLError):
        return ConfigError(1, "", "The file is not YAML.")
    mark = exc.problem_mark or exc.context_mark
    line = mark.line + 1 if mark is not None else 1
    return ConfigError(line, "", f"This is not YAML: {exc.problem or exc.context}. Check indents, colons and quotes.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns nodes into values; nodes, unlike values, know their lines. `find_excess` has bounded depth and number."""

    document: Document
    environ: Mapping[str, str]

    def read(self, node: Node, path: Path) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._read_mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.read(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._read_scalar(node, path)

    def _read_mapping(self, node: MappingNode, path: Path) -> Any:
        pairs = self._pairs(node, path)
        if set(pairs) == {"env"} and path:
            return self._read_variable(pairs["env"], path)
        return {key: self.read(value, (*path, key)) for key, value in pairs.items()}

    def _pairs(self, node: MappingNode, path: Path) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key_node, value in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged |= self._merged(value, path)
                continue
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
            self.document.lines[(*path, key)] = key_node.start_mark.line + 1
            if key in own:
                self._refuse((*path, key), f"The key {key} stands here twice.")
            own[key] = value
        return merged | own

    def _merged(self, node: Node, path: Path) -> dict[str, Node]:
        """Return what `<<: *anchor` brings; the first of several anchors wins, as YAML says."""
        parts = node.value if isinstance(node, SequenceNode) else [node]
        pairs: dict[str, Node] = {}
        for part in parts:
            if not isinstance(part, MappingNode):
                self._refuse(path, "<< takes mappings only.")
                continue
            pairs = self._pairs(part, path) | pairs
        return pairs

    def _read_variable(self, node: Node, path: Path) -> Any:
        name = node.value if isinstance(node, ScalarNode) else ""
        if not name or not isinstance(name, str):
            return self._refuse(path, "Write {env: NAME_OF_A_VARIABLE}.")
        self.document.variables[path] = name
        value = self.environ.get(name)
        if not value:
            return self._refuse(path, f"The environment variable {name} is not set.")
        return value

    def _read_scalar(self, node: Node, path: Path) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        if kind in {"str", "timestamp"}:
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            if kind == "int":
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else 10)
            if kind == "float":
                return float(text.replace("_", ""))
        except ValueError:
            return text
        return self._refuse(path, f"Values of the kind {node.tag} are not used here.")

    def _refuse(self, path: Path, message: str) -> None:
        self.document.errors.append(self.document.error(path, message))
