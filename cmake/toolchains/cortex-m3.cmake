# Arm Cortex-M3 (Armv7-M); Arm MPS2, image AN385
set(TVM_EMBEDDED_CORE cortex-m3)
set(TVM_EMBEDDED_RUST_TARGET thumbv7m-none-eabi)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m3")
set(tvm_machine mps2-an385)
set(tvm_flash 0x0 4M)
set(tvm_ram 0x20000000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
