# SPDX-License-Identifier: Apache-2.0
"""Reads tvm_embedded.h: its functions, exported and inline, with the facts in their comments, and whether everything is described."""
import re

CONCURRENCY = re.compile(r"\bThreads, interrupts, callbacks: yes\b")


class Problem(Exception):
    """What is wrong with the header or the facts, and what to add."""


class Parameter:
    def __init__(self, type_, name, direction):
        self.type, self.name, self.direction = type_, name, direction

    @property
    def is_pointer(self):
        return self.type.endswith("*")


class Function:
    """`helper`: an inline function of generated code, whose arguments are always good: one sentence describes it."""

    def __init__(self, name, returns, parameters, comment, helper=False):
        self.name, self.returns, self.comment, self.helper = name, returns, comment, helper
        described = {found[2]: found[1] for found in re.finditer(r"@param\[(in|out|in,out)\] (\w+)", comment)}
        self.parameters = [Parameter(type_, parameter, described.get(parameter)) for type_, parameter in parameters]
        if helper:
            return
        missing = [parameter.name for parameter in self.parameters if parameter.direction is None]
        for parameter in missing:
            raise Problem(f"{name}: no '@param[in] {parameter}', '[out]' or '[in,out]' in its description")
        for parameter in described.keys() - {parameter.name for parameter in self.parameters}:
            raise Problem(f"{name}: its description has '@param {parameter}', but its declaration does not")
        if returns != "void" and "@return" not in comment:
            raise Problem(f"{name}: no '@return' in its description")
        if not CONCURRENCY.search(comment):
            raise Problem(f"{name}: its description does not say 'Threads, interrupts, callbacks: yes', with its conditions")


class Header:
    """`helpers`: names of the inline functions that only generated code calls."""

    def __init__(self, text, helpers=()):
        self.text, self.helpers = text, helpers
        self.statuses = {name: int(number) for name, number in re.findall(r"\b(TVM_STATUS_\w+) = (-?\d+)", text)}
        if not self.statuses:
            raise Problem("the header has no statuses")
        self.functions = {function.name: function for function in self._functions()}
        if not self.functions:
            raise Problem("the header declares no functions")
        self.without_library = set()
        for function in self._inline_functions():
            self.functions[function.name] = function
        self._everything_is_described()

    def _functions(self):
        block = self.text[self.text.index('extern "C" {'):self.text.index('}  // extern "C"')]
        block = re.sub(r"^#.*$", "", block, flags=re.MULTILINE)
        for found in re.finditer(r"(/\*\*(?:(?!\*/).)*\*/)?\s*([\w\s*]+?)\b(TVM\w+)\s*\(([^()]*)\)\s*;", block, re.DOTALL):
            comment, returns, name, parameters = found.groups()
            if comment is None:
                raise Problem(f"{name} has no description")
            yield Function(name, _type(returns), _parameters(parameters), _comment(comment))

    def _inline_functions(self):
        """Those after the macros of generated files; the names of what only programs without the library have are kept apart."""
        block = self.text[self.text.index("/* ---- For generated files"):]
        for part in re.findall(r"^#ifdef TVM_EMBEDDED_NO_LIBRARY\n(.*?)^#endif /\* TVM_EMBEDDED_NO_LIBRARY", block, re.MULTILINE | re.DOTALL):
            self.without_library |= set(re.findall(r"^static inline [\w ]+[ *](\w+)\(", part, re.MULTILINE))
        for found in re.finditer(r"(/\*\*(?:(?!\*/).)*\*/)?\nstatic (?:TVM_CONSTEXPR )?inline ([\w\s*]+?)\b(\w+)\(([^()]*)\) \{", block, re.DOTALL):
            comment, returns, name, parameters = found.groups()
            if comment is None:
                raise Problem(f"{name} has no description")
            if name not in self.without_library:
                yield Function(name, _type(returns), _parameters(parameters), _comment(comment), name in self.helpers)

    def documented(self, function, seen=()):
        """The statuses that a function can return according to its description."""
        comment = self.functions[function].comment
        found = set(re.findall(r"\bTVM_STATUS_[A-Z_]+", comment))
        for status in found - self.statuses.keys():
            raise Problem(f"{function}: its description names {status}, which is not a status")
        for other in re.findall(r"@return as `(\w+)`", comment):
            if other not in seen:
                found |= self.documented(other, (*seen, function))
        for other, whose in re.findall(r"what `(\w+)` returns for a bad ((?:\w+, )*\w+(?: or \w+)?)", comment):
            if other == "TVMCheckModel":
                found |= self.documented(other) - {"TVM_STATUS_OK"}
            elif other == "TVMExecute":
                found |= self._groups(re.split(r", | or ", whose))
            else:
                raise Problem(f"{function}: refers to what `{other}` returns, which this script can't follow")
        return found

    def _groups(self, names):
        """From the description of TVMExecute: the statuses in parentheses after `the model`, `each workspace`, ..."""
        comment, found = self.functions["TVMExecute"].comment, set()
        for name in names:
            if name == "context":
                found |= {"TVM_STATUS_NULL_CONTEXT", "TVM_STATUS_MISALIGNED_CONTEXT"}
                continue
            group = re.search(rf"\b(?:the|each) {name} \(([^()]*)\)", comment)
            if not group:
                raise Problem(f"the description of TVMExecute has no statuses in parentheses after 'the {name}' or 'each {name}'")
            found |= set(re.findall(r"TVM_STATUS_[A-Z_]+", group[1]))
        return found

    def _everything_is_described(self):
        """Every macro, type, member, status and inline function of the public parts has a comment of its own."""
        private = r"/\* ---- Setting .*?(?=/\* ---- For generated files)|/\* ---- Layout.*"
        before, inside = "", False
        for line in re.sub(private, "", self.text, flags=re.DOTALL).splitlines():
            words = line.strip()
            if not words or words.startswith(("#if", "#endif", "#else", ":")):
                continue
            if words.startswith("}"):
                inside = False
            item = inside and re.match(r"\w.*[;,]$", words)
            item = item or re.match(r"typedef struct|typedef .*\(\*|enum|#define|static (TVM_CONSTEXPR )?inline", words)
            if item and not before.endswith("*/") and not words.startswith("#define TVM_EMBEDDED_H"):
                raise Problem(f"no description: {words}")
            inside = inside or bool(re.match(r"typedef struct|enum|\{$", words))
            before = words


def _type(text):
    return " ".join(text.replace("struct ", "").replace("*", " * ").split()).replace("* *", "**")


def _comment(text):
    return " ".join(re.sub(r"^ *\* ?", "", text[3:-2], flags=re.MULTILINE).split())


def _parameters(text):
    return [_parameter(part) for part in text.split(",") if part.strip() != "void"]


def _parameter(text):
    text = " ".join(text.split())
    name = re.search(r"\w+$", text)[0]
    return _type(text[:-len(name)]), name
