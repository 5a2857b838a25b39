/* What the sketch needs of Arduino's core, over the C library. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct SerialPort {
  void begin(long) {}
  void print(const char *text) { printf("%s", text); }
  void println(const char *text) { printf("%s\n", text); }
  void println(int number) { printf("%d\n", number); }
};
static SerialPort Serial;
static void delay(unsigned long) { exit(0); }
