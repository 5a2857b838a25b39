/* SPDX-License-Identifier: Apache-2.0 */
/* Printing and exiting on the targets of the programs without the library: this computer, a board with picolibc, an emulated AVR
 * (the serial port; sleeping without interrupts ends the emulator) and an emulated LX106 (calls of the simulator). */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>
#include <string.h>

#if defined(__AVR__)
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
static inline void board_put(char c) {
  while ((UCSR0A & (1 << UDRE0)) == 0) {
  }
  UDR0 = (uint8_t)c;
}
static inline void board_print(const char *line) {
  UCSR0B = 1 << TXEN0;
  while (*line != 0) {
    board_put(*line++);
  }
  board_put('\n');
}
static inline int board_end(int code) {
  board_print(code == 0 ? "PASSED" : "FAILED");
  cli();
  sleep_enable();
  sleep_cpu();
  return code;
}
#elif defined(__XTENSA__)
#ifdef __cplusplus
extern "C"
#endif
    int
    simulator_write(const char *text, unsigned length);
static inline void board_print(const char *line) {
  simulator_write(line, (unsigned)strlen(line));
  simulator_write("\n", 1);
}
static inline int board_end(int code) {
  board_print(code == 0 ? "PASSED" : "FAILED");
  return code;
}
#else
#include <stdio.h>
static inline void board_print(const char *line) {
  puts(line);
}
static inline int board_end(int code) {
  board_print(code == 0 ? "PASSED" : "FAILED");
  return code;
}
#endif

/* A line with a number of eight hexadecimal digits. */
static inline void board_number(const char *name, uint32_t number) {
  char line[64] = "";
  size_t length = strlen(name);
  uint8_t i;
  memcpy(line, name, length);
  line[length++] = ' ';
  for (i = 0; i < 8; i++, number <<= 4) {
    line[length++] = "0123456789abcdef"[number >> 28];
  }
  line[length] = 0;
  board_print(line);
}

#endif
