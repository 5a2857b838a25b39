/* The functions of base.h with MVE: sixteen bytes at a time. */
#ifndef TVMK_BASE_MVE_H
#define TVMK_BASE_MVE_H

#include "core.h"

#if TVMK_MVE

TVMK_INLINE void tvmk_copy(int8_t *to, const int8_t *from, int32_t n) {
    __asm__ volatile(
        "wlstp.8 lr, %2, 2f\n"
        "1:\n"
        "vldrb.8 q0, [%1], #16\n"
        "vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to), "+r"(from)
        : "r"(n)
        : "lr", "q0", "memory");
}
TVMK_INLINE void tvmk_fill(int8_t *to, int8_t value, int32_t n) {
    __asm__ volatile(
        "wlstp.8 lr, %1, 2f\n"
        "vdup.8 q0, %2\n"
        "1:\n"
        "vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to)
        : "r"(n), "r"((int32_t)value)
        : "lr", "q0", "memory");
}

#endif

#endif
