/* CAST: numbers as another type; scales are ignored. Integers lose their upper bits. An output of one byte an element
 * may overwrite the input. */
#ifndef TVMK_CAST_H
#define TVMK_CAST_H

#include "base.h"

#define TVMK_CAST(name, from, to, expression)                                   \
    TVMK_SHARED void tvmk_cast_##name(const from *in, to *out, int32_t count) { \
        for (int32_t i = 0; i < count; i++) {                                   \
            const from x = in[i];                                               \
            out[i] = (to)(expression);                                          \
        }                                                                       \
    }

TVMK_CAST(int8_int16, int8_t, int16_t, x)
TVMK_CAST(int8_int32, int8_t, int32_t, x)
TVMK_CAST(int8_bool, int8_t, uint8_t, x != 0)
TVMK_CAST(int16_int8, int16_t, int8_t, x)
TVMK_CAST(int16_int32, int16_t, int32_t, x)
TVMK_CAST(int16_bool, int16_t, uint8_t, x != 0)
TVMK_CAST(int32_int8, int32_t, int8_t, x)
TVMK_CAST(int32_int16, int32_t, int16_t, x)
TVMK_CAST(int32_bool, int32_t, uint8_t, x != 0)
TVMK_CAST(bool_int8, uint8_t, int8_t, x != 0)
TVMK_CAST(bool_int16, uint8_t, int16_t, x != 0)
TVMK_CAST(bool_int32, uint8_t, int32_t, x != 0)

#endif
