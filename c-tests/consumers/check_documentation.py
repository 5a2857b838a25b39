#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_documentation.py DOCUMENT FILE...: each file, which a test builds, is in the document as a code block."""
import re
import sys

document = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"^```\w*\n(.*?)^```$", document, flags=re.DOTALL | re.MULTILINE)
missing = [path for path in sys.argv[2:] if open(path, encoding="utf-8").read() not in blocks]
for path in missing:
    print(f"{sys.argv[1]} does not show {path} as it is")
print(f"{len(sys.argv) - 2} files, {len(blocks)} blocks, {len(missing)} missing")
sys.exit(1 if missing else 0)
