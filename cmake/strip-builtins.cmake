# SPDX-License-Identifier: Apache-2.0
# Copies the static library IN to OUT, by default without Rust's arithmetic helpers and memory functions: the C compiler
# provides its own (libgcc, libc), and an image should not contain both. AR is the archiver, KEEP keeps them.
file(COPY_FILE ${IN} ${OUT}.new)
if(NOT KEEP)
  execute_process(COMMAND ${AR} t ${OUT}.new OUTPUT_VARIABLE members ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  # Those written in Rust, and, in libraries of rustup, those written in C: <hash>-<function>.o.
  string(REGEX REPLACE "\n" ";" members "${members}")
  set(builtins ${members})
  list(FILTER builtins INCLUDE REGEX "^compiler_builtins|^[0-9a-f]+-[a-z0-9_]+\\.o$")
  if(builtins)
    execute_process(COMMAND ${AR} d ${OUT}.new ${builtins} ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  endif()
endif()
file(RENAME ${OUT}.new ${OUT})
