# Arm Cortex-M4F (Armv7E-M with single-precision unit); Arm MPS2, image AN386
set(TVM_EMBEDDED_CORE cortex-m4f)
set(TVM_EMBEDDED_RUST_TARGET thumbv7em-none-eabihf)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16")
set(tvm_machine mps2-an386)
set(tvm_flash 0x0 4M)
set(tvm_ram 0x20000000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
