# RISC-V RV32IMAFC with floats in registers, for instance ESP32-P4; QEMU's own board
set(TVM_EMBEDDED_CORE rv32imafc)
set(TVM_EMBEDDED_RUST_TARGET riscv32imafc-unknown-none-elf)
set(tvm_prefix riscv64-unknown-elf)
set(tvm_cpu "-march=rv32imafc -mabi=ilp32f")
set(tvm_machine virt)
set(tvm_flash 0x80000000 4M)
set(tvm_ram 0x80400000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
