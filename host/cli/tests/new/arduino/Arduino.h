/* What a sketch of `new` needs of Arduino's core. The program ends when it waits. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct SerialPort {
  void begin(unsigned long) {}
  void print(const char *text) { printf("%s", text); }
  void print(double number, int digits) { printf("%.*f", digits, number); }
  void println(const char *text) { printf("%s\n", text); }
  void println() { printf("\n"); }
};
static SerialPort Serial;
static void delay(unsigned long) { exit(0); }
