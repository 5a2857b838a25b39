# Arm Cortex-A7 without an operating system (Armv7-A with floating point); QEMU's own board. Its memory management is off, and
# there such a core reads no word at an odd address; firmware that sets up its caches leaves -mno-unaligned-access out.
set(TVM_EMBEDDED_CORE cortex-a7)
set(TVM_EMBEDDED_RUST_TARGET armv7a-none-eabihf)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-a7 -mfloat-abi=hard -mfpu=vfpv4-d16 -mno-unaligned-access")
set(tvm_machine virt-cortex-a7)
set(tvm_flash 0x40000000 4M)
set(tvm_ram 0x40400000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
