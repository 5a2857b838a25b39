/* Sums of two vectors and three channels at a time with MVE: the inner loop of convolutions whose windows have more than 64 bytes. */
#ifndef TVMK_MVE_TILE_H
#define TVMK_MVE_TILE_H

#include "mve_requant.h"

#if TVMK_MVE

/* The sums of two vectors of `depth` bytes, one after the other at x, and `triples` times three channels, at least one, with weights
 * [channel][depth]; those of the second vector TVMK_MVE_BLOCK words later. 12 instructions for 96 multiplications. All registers are
 * needed, so they are saved here. On the stack: x, triples left, weights of the next. */
TVMK_SHARED void tvmk_mve_tile(int32_t *sums, const int8_t *x, const int8_t *weights, int32_t depth, int32_t triples) {
    register int32_t *r0 __asm__("r0") = sums;
    register const int8_t *r1 __asm__("r1") = x;
    register const int8_t *r2 __asm__("r2") = weights;
    register int32_t r3 __asm__("r3") = depth;
    register int32_t r12 __asm__("r12") = triples;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #12\n"
        "strd r1, r12, [sp]\n"
        "mov r11, r0\n"
        "mov r5, r2\n"
        "mov r12, r3\n"
        "1:\n"
        "ldr r1, [sp]\n"
        "add r3, r1, r12\n"
        "add r7, r5, r12\n"
        "add r9, r7, r12\n"
        "add r0, r9, r12\n"
        "str r0, [sp, #8]\n"
        "mov r0, #0\n"
        "mov r2, #0\n"
        "mov r4, #0\n"
        "mov r6, #0\n"
        "mov r8, #0\n"
        "mov r10, #0\n"
        "dlstp.8 lr, r12\n"
        "2:\n"
        "vldrb.8 q0, [r1], #16\n"
        "vldrb.8 q2, [r5], #16\n"
        "vmladava.s8 r0, q0, q2\n"
        "vldrb.8 q1, [r3], #16\n"
        "vmladava.s8 r6, q1, q2\n"
        "vldrb.8 q3, [r7], #16\n"
        "vmladava.s8 r2, q0, q3\n"
        "vmladava.s8 r8, q1, q3\n"
        "vldrb.8 q2, [r9], #16\n"
        "vmladava.s8 r4, q0, q2\n"
        "vmladava.s8 r10, q1, q2\n"
        "letp lr, 2b\n"
        "strd r6, r8, [r11, %[second]]\n"
        "str r10, [r11, %[last]]\n"
        "str r4, [r11, #8]\n"
        "strd r0, r2, [r11], #12\n"
        "ldrd r0, r5, [sp, #4]\n"
        "subs r0, r0, #1\n"
        "str r0, [sp, #4]\n"
        "bne 1b\n"
        "add sp, sp, #12\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r12)
        : [second] "i"(4 * TVMK_MVE_BLOCK), [last] "i"(4 * TVMK_MVE_BLOCK + 8)
        : "cc", "q0", "q1", "q2", "q3", "memory");
}

#endif

#endif
