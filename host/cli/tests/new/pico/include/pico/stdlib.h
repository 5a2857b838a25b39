/* What a project of `new` needs of the Pico SDK. The program ends when it waits. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline bool stdio_init_all(void) {
  return true;
}

static inline void sleep_ms(uint32_t milliseconds) {
  (void)milliseconds;
  exit(0);
}
