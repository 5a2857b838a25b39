# Arm Cortex-M55 (Armv8.1-M Mainline with vector extension MVE); Arm MPS3, image AN547
set(TVM_EMBEDDED_CORE cortex-m55)
set(TVM_EMBEDDED_RUST_TARGET thumbv8m.main-none-eabihf)
set(tvm_prefix arm-none-eabi)
set(tvm_cpu "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard")
set(tvm_machine mps3-an547)
set(tvm_flash 0x0 512K)
set(tvm_ram 0x20000000 512K)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
