/* The serial port of an STM32F4: USART2 at PA2, which Nucleo boards connect to the debugger. Written by `tvm-embedded new`. Other
 * families have other addresses and registers: take them from the reference manual, or use the driver of your SDK. */
#include <stdint.h>
#include <stdio.h>

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define GPIOA_MODER REGISTER(0x40020000u)
#define GPIOA_AFRL REGISTER(0x40020020u)
#define USART2_SR REGISTER(0x40004400u)
#define USART2_DR REGISTER(0x40004404u)
#define USART2_BRR REGISTER(0x40004408u)
#define USART2_CR1 REGISTER(0x4000440Cu)

/* After reset the core runs at 16 MHz. */
#define CLOCK 16000000u

static int put(char character, FILE *file) {
  (void)file;
  while ((USART2_SR & (1u << 7)) == 0u) {
  }
  USART2_DR = (unsigned char)character;
  return (unsigned char)character;
}

static FILE g_serial = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &g_serial;

void board_init(void) {
  RCC_AHB1ENR |= 1u;
  RCC_APB1ENR |= 1u << 17;
  /* Two reads: the clocks need a moment. */
  (void)RCC_APB1ENR;
  (void)RCC_APB1ENR;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 4)) | (2u << 4);
  GPIOA_AFRL = (GPIOA_AFRL & ~(15u << 8)) | (7u << 8);
  USART2_BRR = (CLOCK + 57600u) / 115200u;
  USART2_CR1 = (1u << 13) | (1u << 3);
}
