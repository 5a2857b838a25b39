/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main on QEMU's `sim` machine with an LX106 (the core of the ESP8266), and calls of its simulator. Any exception,
 * for instance an unaligned access, ends the program with 99. */
	.section .reset, "ax"
	j	1f
	.align	4
	.literal_position
1:	movi	a0, _start
	jx	a0

	.section .vectors, "ax"
	.org	0x30
	j	fault
	.org	0x50
	j	fault
	.org	0x70
	j	fault
	.align	4
fault:
	movi	a3, 99
	movi	a2, 1
	simcall
1:	j	1b

	.section .text.start, "ax"
	.literal_position
	.align	4
	.global	_start
_start:
	movi	a1, stack_top
	movi	a2, bss_start
	movi	a3, bss_end
	movi	a4, 0
1:	bgeu	a2, a3, 2f
	s32i	a4, a2, 0
	addi	a2, a2, 4
	j	1b
2:	call0	main
	mov	a3, a2
	movi	a2, 1
	simcall
3:	j	3b

/* int simulator_write(const char *text, unsigned length); */
	.literal_position
	.align	4
	.global	simulator_write
simulator_write:
	mov	a5, a3
	mov	a4, a2
	movi	a3, 1
	movi	a2, 4
	simcall
	ret
