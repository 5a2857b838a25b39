# Arm Cortex-R5F (Armv7-R with floating point); QEMU has no board of it that takes a program, but puts it on the RealView board
set(TVM_EMBEDDED_CORE cortex-r5f)
set(TVM_EMBEDDED_RUST_TARGET armv7r-none-eabihf)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-r5 -mfloat-abi=hard -mfpu=vfpv3-d16")
set(tvm_machine realview-eb)
set(tvm_flash 0x0 4M)
set(tvm_ram 0x400000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
