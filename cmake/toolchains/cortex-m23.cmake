# Arm Cortex-M23 (Armv8-M Baseline); Arm MPS2, image AN505, whose Cortex-M33 runs all of it
set(TVM_EMBEDDED_CORE cortex-m23)
set(TVM_EMBEDDED_RUST_TARGET thumbv8m.base-none-eabi)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m23")
set(tvm_machine mps2-an505)
set(tvm_flash 0x10000000 4M)
set(tvm_ram 0x38000000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
