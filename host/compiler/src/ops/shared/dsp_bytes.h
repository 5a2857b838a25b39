/* Four int8 in a word with the DSP extension: maximum and minimum of each two, clamping to a range. */
#ifndef TVMK_DSP_BYTES_H
#define TVMK_DSP_BYTES_H

#include "base.h"

#if TVMK_DSP

TVMK_INLINE uint32_t tvmk_max4(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n"
            "sel %0, %1, %2"
            : "=&r"(r)
            : "r"(a), "r"(b)
            : "cc");
    return r;
}
TVMK_INLINE uint32_t tvmk_min4(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n"
            "sel %0, %2, %1"
            : "=&r"(r)
            : "r"(a), "r"(b)
            : "cc");
    return r;
}

/* The same byte four times. */
TVMK_INLINE uint32_t tvmk_byte4(int32_t byte) { return UINT32_C(0x01010101) * (uint8_t)byte; }

/* Saturates to a byte. */
TVMK_INLINE int32_t tvmk_byte(int32_t x) {
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(x) : "cc");
    return r;
}

/* Clamps n bytes to a range, unless it contains all bytes: two instructions a byte. */
TVMK_SHARED void tvmk_clamp_bytes(int8_t *p, int32_t n, int32_t low, int32_t high) {
    if (low > -128 || high < 127) {
        uint32_t low4 = tvmk_byte4(low), high4 = tvmk_byte4(high);
        for (; n >= 4; n -= 4, p += 4) {
            uint32_t clamped = tvmk_min4(tvmk_max4(tvmk_load4(p), low4), high4);
            memcpy(p, &clamped, 4);
        }
        for (; n > 0; n--, p++) {
            *p = (int8_t)tvmk_clamp(*p, low, high);
        }
    }
}

#endif

#endif
