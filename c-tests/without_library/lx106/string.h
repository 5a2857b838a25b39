/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's compiler for the LX106 comes without a C library. These are the functions that generated C and the tests call. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
#ifdef __cplusplus
}
#endif
#endif
