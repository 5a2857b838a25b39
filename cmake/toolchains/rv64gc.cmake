# RISC-V RV64GC (RV64IMAFDC), for instance Kendryte K230 or SiFive U74, without an operating system; QEMU's own board
set(TVM_EMBEDDED_CORE rv64gc)
set(TVM_EMBEDDED_RUST_TARGET riscv64gc-unknown-none-elf)
set(tvm_prefix riscv64-unknown-elf)
set(tvm_cpu "-march=rv64gc -mabi=lp64d -mcmodel=medany")
set(tvm_machine virt-rv64)
set(tvm_flash 0x80000000 4M)
set(tvm_ram 0x80400000 4M)
include(${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake)
