/* From reset to main on a RISC-V core in machine mode. The linker script defines the addresses. */
        .section .vectors, "ax"
        .globl reset
reset:
        .option push
        .option norelax
        la gp, __global_pointer$
        .option pop
        la sp, stack_top
        la t0, fault
        .option push
        .option arch, +zicsr
        csrw mtvec, t0
        .option pop

        la a0, data_start
        la a1, data_load
        la a2, data_end
1:      bgeu a0, a2, 2f
        lw t0, 0(a1)
        sw t0, 0(a0)
        addi a0, a0, 4
        addi a1, a1, 4
        j 1b
2:      la a0, bss_start
        la a1, bss_end
3:      bgeu a0, a1, 4f
        sw zero, 0(a0)
        addi a0, a0, 4
        j 3b

4:      call main
        j leave_with

/* The last two bits of mtvec must be 0. */
        .balign 4
fault:
        li a0, 99

/* Exit code in a0: the same semihosting call as in semihosting.h. */
leave_with:
        addi sp, sp, -16
        li t0, 0x20026
#if __riscv_xlen == 64
        sd t0, 0(sp)
        sd a0, 8(sp)
#else
        sw t0, 0(sp)
        sw a0, 4(sp)
#endif
        li a0, 0x20
        mv a1, sp
        .balign 16
        .option norvc
        slli zero, zero, 0x1f
        ebreak
        srai zero, zero, 7
5:      j 5b
