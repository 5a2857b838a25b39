# RISC-V RV32IMAC, for instance ESP32-C6 or GD32VF103; QEMU's own board
set(TVM_EMBEDDED_CORE rv32imac)
set(TVM_EMBEDDED_RUST_TARGET riscv32imac-unknown-none-elf)
set(tvm_prefix riscv64-unknown-elf)
set(tvm_cpu "-march=rv32imac -mabi=ilp32")
set(tvm_machine virt)
set(tvm_flash 0x80000000 4M)
set(tvm_ram 0x80400000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
