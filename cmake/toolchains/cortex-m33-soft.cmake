# Arm Cortex-M33 without floating point in registers (also M35P, M52, M55, M85 built in this way); Arm MPS2, image AN505
set(TVM_EMBEDDED_CORE cortex-m33-soft)
set(TVM_EMBEDDED_RUST_TARGET thumbv8m.main-none-eabi)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m33 -mfloat-abi=soft")
set(tvm_machine mps2-an505)
set(tvm_flash 0x10000000 4M)
set(tvm_ram 0x38000000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
