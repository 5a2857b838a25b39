/* Bytes to halfwords with the DSP extension: the columns of dsp_tile.h, the planes of dsp_rows.h. */
#ifndef TVMK_DSP_COLUMNS_H
#define TVMK_DSP_COLUMNS_H

#include "dsp.h"

#if TVMK_DSP

/* Widens n (a multiple of 4, at least 4) adjacent bytes at each of four positions `distance` bytes apart into the four
 * columns; returns the end of what was written. A byte takes one instruction. */
TVMK_SHARED int32_t *tvmk_dsp_widen4(int32_t *columns, const int8_t *x, int32_t distance, int32_t n) {
    register int32_t *r0 __asm__("r0") = columns;
    register const int8_t *r1 __asm__("r1") = x;
    register int32_t r2 __asm__("r2") = distance;
    register int32_t r3 __asm__("r3") = n;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
#ifdef __ARM_FEATURE_UNALIGNED
        "add lr, r1, r3\n"
        "add r12, r2, r2, lsl #1\n"
        "1:\n"
        "ldr r5, [r1, r2]\n"
        "ldr r6, [r1, r2, lsl #1]\n"
        "ldr r7, [r1, r12]\n"
        "ldr r4, [r1], #4\n"
        "sxtb16 r8, r4\n"
        "sxtb16 r9, r5\n"
        "sxtb16 r10, r6\n"
        "sxtb16 r11, r7\n"
        "stm r0!, {r8-r11}\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "sxtb16 r6, r6, ror #8\n"
        "sxtb16 r7, r7, ror #8\n"
        "stm r0!, {r4-r7}\n"
#else
        "add lr, r1, r3\n"
        "add r12, r2, r2, lsl #1\n"
        "add r12, r12, r1\n"
        "add r3, r1, r2, lsl #1\n"
        "add r2, r2, r1\n"
        "1:\n"
        TVMK_DSP_TWO("r4", "r8", "[r1]", "[r1, #2]")
        TVMK_DSP_TWO("r5", "r9", "[r2]", "[r2, #2]")
        TVMK_DSP_TWO("r6", "r10", "[r3]", "[r3, #2]")
        TVMK_DSP_TWO("r7", "r11", "[r12]", "[r12, #2]")
        "stm r0!, {r4-r7}\n"
        TVMK_DSP_TWO("r4", "r8", "[r1, #1]", "[r1, #3]")
        TVMK_DSP_TWO("r5", "r9", "[r2, #1]", "[r2, #3]")
        TVMK_DSP_TWO("r6", "r10", "[r3, #1]", "[r3, #3]")
        TVMK_DSP_TWO("r7", "r11", "[r12, #1]", "[r12, #3]")
        "stm r0!, {r4-r7}\n"
        "add r1, r1, #4\n"
        "add r2, r2, #4\n"
        "add r3, r3, #4\n"
        "add r12, r12, #4\n"
#endif
        "cmp r1, lr\n"
        "bne 1b\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
        :
        : "r12", TVMK_DSP_CLOBBERS);
    return r0;
}

/* Copies `pairs` pairs of adjacent columns, four channels each, into four planes of halfwords: 8 bytes in 17
 * instructions. `step` is the distance of columns in the image, `plane` that of planes in bytes. */
TVMK_SHARED void tvmk_dsp_planes(int16_t *to, const int8_t *x, int32_t step, int32_t plane, int32_t pairs) {
    register int16_t *r0 __asm__("r0") = to;
    register const int8_t *r1 __asm__("r1") = x;
    register int32_t r2 __asm__("r2") = step;
    register int32_t r3 __asm__("r3") = plane;
    register int32_t r12 __asm__("r12") = pairs;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "add lr, r3, r3, lsl #1\n"
        "1:\n"
#ifdef __ARM_FEATURE_UNALIGNED
        "ldr r4, [r1]\n"
        "ldr r5, [r1, r2]\n"
        "add r1, r1, r2, lsl #1\n"
        "sxtb16 r6, r4\n"
        "sxtb16 r7, r5\n"
        "pkhbt r8, r6, r7, lsl #16\n"
        "pkhtb r9, r7, r6, asr #16\n"
        "sxtb16 r6, r4, ror #8\n"
        "sxtb16 r7, r5, ror #8\n"
        "pkhbt r10, r6, r7, lsl #16\n"
        "pkhtb r11, r7, r6, asr #16\n"
        "str r9, [r0, r3, lsl #1]\n"
        "str r10, [r0, r3]\n"
        "str r11, [r0, lr]\n"
        "str r8, [r0], #4\n"
#else
        "add r11, r1, r2\n"
        TVMK_DSP_TWO("r4", "r8", "[r1]", "[r11]")
        TVMK_DSP_TWO("r5", "r8", "[r1, #1]", "[r11, #1]")
        TVMK_DSP_TWO("r6", "r8", "[r1, #2]", "[r11, #2]")
        TVMK_DSP_TWO("r7", "r8", "[r1, #3]", "[r11, #3]")
        "add r1, r11, r2\n"
        "str r6, [r0, r3, lsl #1]\n"
        "str r5, [r0, r3]\n"
        "str r7, [r0, lr]\n"
        "str r4, [r0], #4\n"
#endif
        "subs r12, r12, #1\n"
        "bne 1b\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r12)
        : "r"(r2), "r"(r3)
        : TVMK_DSP_CLOBBERS);
}

#endif

#endif
