/* Which instructions the core has, and how functions are declared.
 *
 * Every kernel has a portable path in C99, some also one for Arm's DSP extension (Cortex-M4, M7, M33) and one for MVE
 * (Cortex-M55, M85), each in a file of its own. All paths give the same bytes. Define TVMK_DSP or TVMK_MVE as 0 to exclude a
 * path.
 */
#ifndef TVMK_CORE_H
#define TVMK_CORE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Compilers with GNU C's attributes and assembly. Some that define __GNUC__ have different ones, or none. */
#if defined(__clang__) || (defined(__GNUC__) && !defined(__CC_ARM) && !defined(__ICCARM__) && !defined(__ghs__) && \
                           !defined(__TI_COMPILER_VERSION__))
#define TVMK_GNU 1
#else
#define TVMK_GNU 0
#endif

/* Whether small code is more important than few instructions: short loops in C on every core. */
#ifndef TVMK_SMALL
#define TVMK_SMALL 0
#endif

#ifndef TVMK_MVE
#if TVMK_GNU && defined(__ARM_FEATURE_MVE) && !defined(__ARM_BIG_ENDIAN)
#define TVMK_MVE (__ARM_FEATURE_MVE & 1)
#else
#define TVMK_MVE 0
#endif
#endif

/* Not if r9 is the static base even in interrupt handlers, nor if indirect jumps need a landing pad. */
#ifndef TVMK_DSP
#if TVMK_GNU && defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && !TVMK_MVE && !defined(__ARM_BIG_ENDIAN) && \
    !defined(__ARM_RWPI) && !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TVMK_DSP (__ARM_ARCH_PROFILE == 'M')
#else
#define TVMK_DSP 0
#endif
#endif

#if TVMK_MVE
#include <arm_mve.h>
#endif

/* Sizes of images and strides of windows in the structs of kernels, which are in flash: a model that has larger ones defines
 * TVMK_WIDE. All of them are used as int32_t. */
#ifndef TVMK_WIDE
#define TVMK_WIDE 0
#endif
#if TVMK_WIDE
typedef int32_t tvmk_extent_t;
typedef uint16_t tvmk_stride_t;
#else
typedef uint16_t tvmk_extent_t;
typedef uint8_t tvmk_stride_t;
#endif

#if TVMK_GNU
#define TVMK_INLINE static inline __attribute__((always_inline))
#define TVMK_SHARED static __attribute__((noinline, unused))
#else
#define TVMK_INLINE static inline
#define TVMK_SHARED static inline
#endif

#endif
