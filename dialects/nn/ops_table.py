"""Prints docs/ops.md, the table of nn's operations, from their TableGen records.

usage: ops_table.py LLVM_TBLGEN > docs/ops.md

LLVM_TBLGEN is the program or its path. Families are the .td files beside this
one, in the order that NNOps.td includes them.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

INTRODUCTION = """\
# Operations of the nn dialect

Graphs of these operations are what frontends produce and what the first stages
of the compiler work on. All shapes are static, nothing has a side effect, and
every operation has a reference evaluation in plain C++.

Element types are `f16`, `bf16`, `f32`, `f64`, signed integers `i8` to `i64`,
unsigned ones `ui8` to `ui64`, and booleans `i1`. Operands are tensors of any of
these, or as said: `float`, `integer` (booleans included), `bool`. A `?` marks what
may be absent, `...` any number of operands, `=` a default value.

This file is generated: change the definitions in `dialects/nn/*.td` and build the
target `docs-ops`.
"""

ATTRIBUTE_KINDS = {
    "I64Attr": "integer",
    "F64Attr": "float",
    "BoolAttr": "bool",
    "TypeAttr": "type",
    "DenseI64ArrayAttr": "integers",
    "DenseF64ArrayAttr": "floats",
    "StrArrayAttr": "strings",
    "TypedAttrInterface": "number",
    "ElementsAttr": "tensor",
    "FlatSymbolRefAttr": "function",
    "UnitAttr": "flag",
}

OPERAND_KINDS = {
    "NN_Tensor": "",
    "NN_FloatTensor": ": float",
    "NN_IntegerTensor": ": integer",
    "NN_BoolTensor": ": bool",
}


class Operations:
    def __init__(self, records):
        self.records = records

    def base(self, name):
        """The constraint without its marks, and the marks as text."""
        record = self.records[name]
        classes = record["!superclasses"]
        if "Optional" in classes:
            return record["baseType"]["def"], "?"
        if "Variadic" in classes:
            return record["baseType"]["def"], "..."
        if "OptionalAttr" in classes:
            return record["baseAttr"]["def"], "?"
        if "DefaultValuedAttr" in classes:
            value = record["defaultValue"].split("::")[-1]
            return record["baseAttr"]["def"], " = " + value
        return name, ""

    def attribute_kind(self, name):
        """One word, or the cases of an enumeration."""
        if name in ATTRIBUTE_KINDS:
            return ATTRIBUTE_KINDS[name]
        cases = self.records[self.records[name]["enum"]["def"]]["enumerants"]
        return " or ".join(self.records[case["def"]]["symbol"] for case in cases)

    def columns(self, op):
        operands, attributes = [], []
        for argument, name in op["arguments"]["args"]:
            base, mark = self.base(argument["def"])
            if base in OPERAND_KINDS:
                operands.append(f"`{name}{mark}`{OPERAND_KINDS[base]}")
            else:
                default = mark if mark.startswith(" =") else ""
                optional = mark if not default else ""
                attributes.append(f"`{name}{optional}`: {self.attribute_kind(base)}{default}")
        results = [f"`{name}`" for _, name in op["results"]["args"]]
        summary = op["summary"]
        if len(results) > 1:
            summary += ". Results: " + ", ".join(results)
        return [f"`{op['opName']}`", ", ".join(operands), ", ".join(attributes), summary]

    def family(self, file):
        """The ops of a .td file in the order of their definitions."""
        instances = self.records["!instanceof"]
        ops = [self.records[name] for name in instances["NN_Op"] + instances["NN_LoopOp"]]
        ops = [op for op in ops if op["!locs"][0].split("/")[-1].split(":")[0] == file]
        return sorted(ops, key=lambda op: int(op["!locs"][0].split(":")[-1]))


def escape(text):
    """Bars would end a cell."""
    return text.replace("|", "\\|")


def write_family(operations, path):
    title = re.match(r"//===- \S+ - (.*?) of nn -*", path.read_text())
    print(f"\n## {title.group(1)}\n")
    print("| operation | operands | attributes | result |")
    print("|---|---|---|---|")
    ops = operations.family(path.name)
    for op in ops:
        print("| " + " | ".join(map(escape, operations.columns(op))) + " |")
    # Ops of one class share a description: say it once.
    described = {}
    for op in ops:
        if op["description"].strip():
            described.setdefault(op["description"], []).append(f"`{op['opName']}`")
    for description, names in described.items():
        text = textwrap.dedent(description).strip()
        print(f"\n**{', '.join(names)}**: {text}")


def load_records(tblgen, folder):
    """All records of NNOps.td; MLIR's definitions are installed with the tool."""
    program = shutil.which(tblgen)
    if not program:
        sys.exit(f"ops_table.py: {tblgen} was not found")
    include = pathlib.Path(program).resolve().parents[1] / "include"
    command = [program, "--dump-json", f"-I{folder.parents[1]}", f"-I{include}", folder / "NNOps.td"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(__file__).resolve().parent
    operations = Operations(load_records(sys.argv[1], folder))
    print(INTRODUCTION, end="")
    for file in re.findall(r'include "dialects/nn/(\w+\.td)"', (folder / "NNOps.td").read_text()):
        write_family(operations, folder / file)


if __name__ == "__main__":
    main()
