# Shared by the toolchain files beside it: GNU compiler, picolibc, an emulated board to run the result on.
#
# A core's own file sets
#   TVM_EMBEDDED_CORE          the name of the core, as in lib/<core>/ of a release
#   TVM_EMBEDDED_RUST_TARGET   cargo's name for the processor
#   tvm_prefix                 of the compiler: arm-none-eabi or riscv64-unknown-elf
#   tvm_cpu                    compiler flags that select the processor
#   tvm_machine                QEMU's name for a board with that processor, or a name in run-on-board.sh
#   tvm_flash, tvm_ram         address and size of the board's memories
# and then includes this one. For your own board, copy both and set its addresses.
#
# picolibc provides startup code, a linker script, printf through the debugger (semihosting) and an exit code. A program that
# has its own startup and linker script links with -nostartfiles -T <script>, and then none of this applies to it.

set(CMAKE_SYSTEM_NAME Generic)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${tvm_prefix})

set(CMAKE_C_COMPILER ${tvm_prefix}-gcc)
set(CMAKE_CXX_COMPILER ${tvm_prefix}-g++)
set(CMAKE_ASM_COMPILER ${tvm_prefix}-gcc)
# CMake's trial programs are only compiled: running them on the board would give no information.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Unused functions and data are left out of the image.
set(tvm_compile "${tvm_cpu} --specs=picolibc.specs -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${tvm_compile}")
set(CMAKE_CXX_FLAGS_INIT "${tvm_compile} -fno-exceptions -fno-rtti")
set(CMAKE_ASM_FLAGS_INIT "${tvm_cpu}")
# C++ without its library, which Debian's compilers lack: linked as C.
set(CMAKE_CXX_LINK_EXECUTABLE
  "<CMAKE_C_COMPILER> <FLAGS> <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")

list(GET tvm_flash 0 tvm_flash_address)
list(GET tvm_flash 1 tvm_flash_size)
list(GET tvm_ram 0 tvm_ram_address)
list(GET tvm_ram 1 tvm_ram_size)
string(CONCAT CMAKE_EXE_LINKER_FLAGS_INIT
  "--oslib=semihost --crt0=hosted -Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments"
  " -Wl,--defsym=__flash=${tvm_flash_address},--defsym=__flash_size=${tvm_flash_size}"
  " -Wl,--defsym=__ram=${tvm_ram_address},--defsym=__ram_size=${tvm_ram_size}")

# `ctest` and `cmake --build . --target test` start programs through this.
set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/run-on-board.sh ${tvm_machine})

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
