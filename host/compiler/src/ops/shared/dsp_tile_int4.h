/* Two output channels at four positions with the DSP extension, weights of int4 (int4.h): dsp_tile.h with another inner loop. */
#ifndef TVMK_DSP_TILE_INT4_H
#define TVMK_DSP_TILE_INT4_H

#include "dsp_tile.h"

#if TVMK_DSP

/* The data of tvmk_dsp_tile_int4. The assembly relies on the order. */
typedef struct {
    const uint32_t *weights; /* a word for two pairs: bytes 0 and 2 of the first, 1 and 3 of the second; rows as for dsp_tile.h */
    const int32_t *table;    /* short form, two words a channel */
    const int32_t *columns;  /* [pair][position], an even number of pairs */
    int32_t words;           /* of a row, at least 1 */
    int32_t channel_pairs;   /* at least 1 */
    int32_t step;            /* bytes from an output position to the next */
    int32_t zero;            /* 2 · zero_point + 1 */
    int32_t start[8];        /* from tvmk_dsp_int4_starts */
} tvmk_dsp_tile_int4_t;
TVMK_AT(tvmk_dsp_tile_int4_t, weights, 0);
TVMK_AT(tvmk_dsp_tile_int4_t, table, 4);
TVMK_AT(tvmk_dsp_tile_int4_t, columns, 8);
TVMK_AT(tvmk_dsp_tile_int4_t, words, 12);
TVMK_AT(tvmk_dsp_tile_int4_t, channel_pairs, 16);
TVMK_AT(tvmk_dsp_tile_int4_t, step, 20);
TVMK_AT(tvmk_dsp_tile_int4_t, zero, 24);
TVMK_AT(tvmk_dsp_tile_int4_t, start, 28);

/* TVMK_DSP_PAIR with weights that r2 holds in its bytes 0 and 2: 16 times the second channel's and the first one's. */
#define TVMK_DSP_INT4_PAIR          \
    "and r3, r2, #0x000f000f\n"     \
    "ldrd r4, r5, [r1], #8\n"       \
    "smlad r6, r3, r4, r6\n"        \
    "smlad r7, r3, r5, r7\n"        \
    "smlad r8, r2, r4, r8\n"        \
    "smlad r9, r2, r5, r9\n"        \
    "ldrd r4, r5, [r1], #8\n"       \
    "smlad r10, r3, r4, r10\n"      \
    "smlad r11, r3, r5, r11\n"      \
    "smlad r12, r2, r4, r12\n"      \
    "smlad lr, r2, r5, lr\n"

/* Two pairs: 32 multiplications in 26 instructions. No register is free to keep the word: it is loaded twice. */
#define TVMK_DSP_INT4_WORD          \
    "ldr.w r2, [r0]\n"              \
    "uxtb16 r2, r2\n"               \
    TVMK_DSP_INT4_PAIR              \
    "ldr r2, [r0], #4\n"            \
    "uxtb16 r2, r2, ror #8\n"       \
    TVMK_DSP_INT4_PAIR

/* What starts a tile and sums up, as TVMK_DSP_TILE_SUMS; the stack has start values instead of zeros. */
#define TVMK_DSP_INT4_SUMS                                                      \
    "push {r4-r11, lr}\n"                                                       \
    "sub sp, sp, #68\n"                                                         \
    "ldm r1!, {r2-r8}\n"                                                        \
    "add r9, r4, r5, lsl #5\n"                                                  \
    "rsb r5, r5, #0\n"                                                          \
    "and r5, r5, #3\n"                                                          \
    "mov r10, #104\n" /* bytes of TVMK_DSP_INT4_WORD */                         \
    "adr r11, 2f\n"                                                             \
    "mla r10, r5, r10, r11\n"                                                   \
    "orr r10, r10, #1\n"                                                        \
    "str r3, [sp, #32]\n"                                                       \
    "str r0, [sp, #36]\n"                                                       \
    "strd r7, r8, [sp, #40]\n"                                                  \
    "str r6, [sp, #48]\n"                                                       \
    "str r2, [sp, #52]\n"                                                       \
    "strd r4, r9, [sp, #56]\n"                                                  \
    "str r10, [sp, #64]\n"                                                      \
    "ldm r1, {r2-r9}\n"                                                         \
    "stm sp, {r2-r9}\n"                                                         \
    "1:\n"                                                                      \
    "ldrd r0, r1, [sp, #52]\n"                                                  \
    "ldm sp, {r6-r12, lr}\n"                                                    \
    "ldr pc, [sp, #64]\n"                                                       \
    ".balign 4\n"                                                               \
    "2:\n"                                                                      \
    TVMK_DSP_INT4_WORD TVMK_DSP_INT4_WORD TVMK_DSP_INT4_WORD TVMK_DSP_INT4_WORD \
    "ldr r2, [sp, #60]\n"                                                       \
    "cmp r1, r2\n"                                                              \
    "bne.w 2b\n"

/* The start values of sums of four columns of `words` times two pairs: for each position -8 · Σ for the first channel, -136 · Σ for
 * the combined sum of both; positions 0 and 1, then 2 and 3, as the tile has them in registers. */
TVMK_SHARED void tvmk_dsp_int4_starts(int32_t *start, const int32_t *columns, int32_t words) {
    register int32_t *r0 __asm__("r0") = start;
    register const int32_t *r1 __asm__("r1") = columns;
    register int32_t r2 __asm__("r2") = words;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "mov r3, #0x00010001\n"
        "mov r8, #0\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
        "mov r11, #0\n"
        "1:\n"
        "ldm r1!, {r4-r7}\n"
        "smlad r8, r4, r3, r8\n"
        "smlad r9, r5, r3, r9\n"
        "smlad r10, r6, r3, r10\n"
        "smlad r11, r7, r3, r11\n"
        "ldm r1!, {r4-r7}\n"
        "smlad r8, r4, r3, r8\n"
        "smlad r9, r5, r3, r9\n"
        "smlad r10, r6, r3, r10\n"
        "smlad r11, r7, r3, r11\n"
        "subs r2, r2, #1\n"
        "bne 1b\n"
        "mvn r3, #7\n"
        "mul r4, r8, r3\n"
        "mul r5, r9, r3\n"
        "mul r8, r10, r3\n"
        "mul r9, r11, r3\n"
        "add r6, r4, r4, lsl #4\n"
        "add r7, r5, r5, lsl #4\n"
        "add r10, r8, r8, lsl #4\n"
        "add r11, r9, r9, lsl #4\n"
        "stm r0, {r4-r11}\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r2)
        :
        : "r3", TVMK_DSP_CLOBBERS);
}

/* Four output positions, two channels at a time, clamped to -128 … 127. */
TVMK_SHARED void tvmk_dsp_tile_int4(int8_t *out, const tvmk_dsp_tile_int4_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_dsp_tile_int4_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_INT4_SUMS
        TVMK_DSP_TILE_BYTES("asr #3")
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The sums of two channels at four positions: four of the first channel, then four of the second. channel_pairs is 1; table, step
 * and zero are not used. */
TVMK_SHARED void tvmk_dsp_tile_int4_sums(int32_t *sums, const tvmk_dsp_tile_int4_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_tile_int4_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_INT4_SUMS
        TVMK_DSP_TILE_STORE_SUMS("#4")
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif
