/* Random numbers, the same in every run, and the end of the board's memory. A program that includes this defines SEED. */
#ifndef TVM_EMBEDDED_TEST_CHANCE_H
#define TVM_EMBEDDED_TEST_CHANCE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

static uint32_t state = SEED;
static int32_t any(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (int32_t)(state >> 1);
}
static int32_t between(int32_t low, int32_t high) { return low + any() % (high - low + 1); }

/* With EDGE, the address after which the board has no memory: each case moves one of its arrays there, so that reading beyond its
 * end is a fault. */
enum { EDGE_NONE, EDGE_INPUT, EDGE_WEIGHTS, EDGE_TABLE, EDGE_SCRATCH, EDGES };
#ifdef EDGE
void arm_hardfault_isr(void);
void arm_hardfault_isr(void) {
    puts("FAILED: a fault, likely from reading or writing past the end of an array");
    exit(1);
}
static volatile uintptr_t memory_end = EDGE; /* volatile: the compiler must not know that there is no array */
#else
static volatile uintptr_t memory_end = 0;
#endif
static int edge;

#endif
