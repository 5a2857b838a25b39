# SPDX-License-Identifier: Apache-2.0
"""Compares what the tool says of an archive with what Python reads in it: its tar module, its JSON, and the header that TVM
wrote beside the code.

Usage: listing.py ARCHIVE INSPECTED GENERATED
INSPECTED holds what `tvm-embedded inspect --json` printed, GENERATED is the folder that `tvm-embedded generate` wrote.
Prints the number of facts compared, and ends with 1 at the first difference.
"""
import json
import os
import re
import sys
import tarfile

compared = 0


def same(what, ours, theirs):
    global compared
    compared += 1
    if ours != theirs:
        sys.exit(f"{what}: the tool says {ours!r}, Python reads {theirs!r}")


def tensors(function):
    return {side: {name: (t["dtype"], t["size"]) for name, t in function.get(side, {}).items()}
            for side in ("inputs", "outputs")}


def members(header, kind):
    """Names in one of the header's structs, in their order."""
    found = re.search(r"struct tvmgen_\w+_" + kind + r" \{(.*?)\};", header, re.S)
    return re.findall(r"\* *(\w+);", found.group(1)) if found else []


archive, inspected, generated = sys.argv[1:]
files = {}
with tarfile.open(archive) as tar:
    for member in tar:
        if member.isfile():
            files[os.path.normpath(member.name)] = tar.extractfile(member).read()
metadata = json.loads(files["metadata.json"])
with open(inspected, encoding="utf-8") as file:
    said = json.load(file)

same("metadata version", said["metadata_version"], metadata["version"])
modules = metadata.get("modules") or {metadata["model_name"]: metadata}
same("modules", [model["name"] for model in said["models"]], sorted(modules))

for model in said["models"]:
    name = model["name"]
    function = modules[name]["memory"]["functions"]["main"][0]
    header_path = f"codegen/host/include/tvmgen_{name}.h"
    header = files[header_path].decode() if header_path in files else ""
    defines = dict(re.findall(r"#define (\w+) (\d+)", header))
    code = "".join(text.decode() for path, text in sorted(files.items()) if path.endswith(".c"))
    upper = name.upper()

    for side in ("inputs", "outputs"):
        ours = model[side]
        theirs = tensors(function)[side]
        if theirs:
            same(f"{side}", {t["name"]: (t["dtype"], t["bytes"]) for t in ours}, theirs)
        in_struct = members(header, side)
        if in_struct:
            same(f"order of {side}", [t["c_name"] for t in ours], in_struct)
        for tensor in ours:
            macro = f"TVMGEN_{upper}_{tensor['c_name'].upper()}_SIZE"
            if macro in defines:
                same(macro, tensor["bytes"], int(defines[macro]))
            mapped = re.search(rf"\.{tensor['c_name']} = &\(\(uint8_t\*\)workspace_pools->(\w+)\)\[(\d+)\]", code)
            place = (mapped.group(1), int(mapped.group(2))) if mapped else (None, None)
            same(f"place of {tensor['name']}", (tensor["workspace"], tensor["offset"]), place)

    pools = {match: int(defines[macro]) for macro in defines
             for match in re.findall(rf"TVMGEN_{upper}_(\w+)_WORKSPACE_POOL_SIZE", macro)}
    if model["workspace_mode"] == "usmp-external":
        same("workspaces", {w["name"].upper(): w["aligned_bytes"] for w in model["workspaces"]}, pools)
    elif model["workspace_mode"] == "runtime" and function["workspace_size_bytes"]:
        same("workspace", [w["aligned_bytes"] for w in model["workspaces"]], [function["workspace_size_bytes"]])
    constants = {match: int(defines[macro]) for macro in defines
                 for match in re.findall(rf"TVMGEN_{upper}_(\w+)_CONSTANT_POOL_SIZE", macro)}
    same("parameters", {p["name"].upper(): p["bytes"] for p in model["parameters"]}, constants)
    for pool, size in constants.items():
        data = re.search(rf"_{pool}_CONSTANT_POOL_DATA \\\n((?:.*\\\n)+)", header)
        same(f"data of {pool}", size, len(re.findall(r"0x[0-9a-f]{2}", data.group(1))))
    static = dict(re.findall(r"^static uint8_t (\w*workspace\w*)\[(\d+)\];", code, re.M))
    same("static RAM", {s["name"]: s["bytes"] for s in model["static"] if s["kind"] == "workspace"},
         {name: int(size) for name, size in static.items()})
    if constants or static:
        same("devices", model["devices"], members(header, "devices"))

    # What was generated says the same, and holds the archive's own C.
    symbol = model["symbol"]
    with open(os.path.join(generated, f"{symbol}.h"), encoding="utf-8") as file:
        macros = dict(re.findall(r"#define (TVM_\w+) +\(?(\d+)u?\)?", file.read()))
    for side, kind in (("inputs", "INPUT"), ("outputs", "OUTPUT")):
        for tensor in model[side]:
            macro = f"TVM_{symbol.upper()}_{kind}_{tensor['c_name'].upper()}_BYTES"
            same(macro, int(macros[macro]), tensors(function)[side].get(tensor["name"], (0, tensor["bytes"]))[1])
    if len(modules) == 1:
        copies = {file for file in os.listdir(os.path.join(generated, "archive")) if file.endswith(".c")}
        same("copies of C files", copies, {os.path.basename(path) for path in files if path.endswith(".c")})

print(compared)
