/* From reset to main on a Cortex-A (32 bit) or a Cortex-R, in the mode of its reset. The linker script says where things are. */
        .syntax unified
        .arm
        .section .vectors, "ax"
        .globl reset
reset:
        b start
        b fault
        b fault
        b fault
        b fault
        b fault
        b fault
        b fault

start:
#if __ARM_ARCH_PROFILE == 'A'
        /* Where the eight instructions above are; a Cortex-R has them at address 0. */
        ldr r0, =reset
        mcr p15, 0, r0, c12, c0, 0
#endif
#ifdef __ARM_FP
        /* Floating point is off after reset. */
        mrc p15, 0, r0, c1, c0, 2
        orr r0, r0, #0xF00000
        mcr p15, 0, r0, c1, c0, 2
        isb
        mov r0, #0x40000000
        vmsr fpexc, r0
#endif
        ldr sp, =stack_top

        ldr r0, =data_start
        ldr r1, =data_load
        ldr r2, =data_end
1:      cmp r0, r2
        ldrlo r3, [r1], #4
        strlo r3, [r0], #4
        blo 1b
        ldr r0, =bss_start
        ldr r1, =bss_end
        mov r2, #0
2:      cmp r0, r1
        strlo r2, [r0], #4
        blo 2b

        bl main
        b leave_with

fault:
        /* Each mode has a stack pointer of its own. */
        ldr sp, =stack_top
        mov r0, #99

/* Exit code in r0: the same call of the debugger as in semihosting.h. */
leave_with:
        ldr r1, =0x20026
        push {r0}
        push {r1}
        mov r0, #0x20
        mov r1, sp
        svc 0x123456
3:      b 3b
        .ltorg
