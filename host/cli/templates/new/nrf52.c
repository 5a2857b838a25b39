/* The serial port of an nRF52: UART0 at P0.06, which Nordic's development kits connect to the debugger. Written by `tvm-embedded new`. */
#include <stdint.h>
#include <stdio.h>

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define P0_OUTSET REGISTER(0x50000508u)
#define P0_DIRSET REGISTER(0x50000518u)
#define UART0_STARTTX REGISTER(0x40002008u)
#define UART0_TXDRDY REGISTER(0x4000211Cu)
#define UART0_ENABLE REGISTER(0x40002500u)
#define UART0_PSELTXD REGISTER(0x4000250Cu)
#define UART0_TXD REGISTER(0x4000251Cu)
#define UART0_BAUDRATE REGISTER(0x40002524u)

#define TX_PIN 6u

static int put(char character, FILE *file) {
  (void)file;
  UART0_TXDRDY = 0u;
  UART0_TXD = (unsigned char)character;
  while (UART0_TXDRDY == 0u) {
  }
  return (unsigned char)character;
}

static FILE g_serial = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &g_serial;

void board_init(void) {
  P0_OUTSET = 1u << TX_PIN;
  P0_DIRSET = 1u << TX_PIN;
  UART0_PSELTXD = TX_PIN;
  /* 115200 baud. */
  UART0_BAUDRATE = 0x01D7E000u;
  UART0_ENABLE = 4u;
  UART0_STARTTX = 1u;
}
