/* What the program needs of the board. */
#ifndef BOARD_H
#define BOARD_H

/* Sets up the serial port to which `printf` writes: 115200 baud, 8 bits, no parity. */
void board_init(void);

#endif
