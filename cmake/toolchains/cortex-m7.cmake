# Arm Cortex-M7 (Armv7E-M with double-precision unit); Arm MPS2, image AN500
set(TVM_EMBEDDED_CORE cortex-m7)
set(TVM_EMBEDDED_RUST_TARGET thumbv7em-none-eabihf)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16")
set(tvm_machine mps2-an500)
set(tvm_flash 0x0 4M)
set(tvm_ram 0x20000000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
