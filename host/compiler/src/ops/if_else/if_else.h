/* IF: the result of one of two branches. Nothing may overlap. */
#ifndef TVMK_IF_ELSE_H
#define TVMK_IF_ELSE_H

#include "base.h"

TVMK_INLINE void tvmk_if_else(const uint8_t *condition, const void *yes, const void *no, void *out, size_t bytes) {
    memcpy(out, *condition ? yes : no, bytes);
}

#endif
