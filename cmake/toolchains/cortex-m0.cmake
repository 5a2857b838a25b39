# Arm Cortex-M0 and M0+ (Armv6-M); BBC micro:bit
set(TVM_EMBEDDED_CORE cortex-m0)
set(TVM_EMBEDDED_RUST_TARGET thumbv6m-none-eabi)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m0")
set(tvm_machine microbit)
set(tvm_flash 0x0 256K)
set(tvm_ram 0x20000000 16K)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
