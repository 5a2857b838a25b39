/* SPDX-License-Identifier: Apache-2.0 */
/* The two slots of flash that the example reads: files that `tvm-embedded pack` wrote. A product writes the slots while it runs. */
#if defined(__ELF__)
.section .rodata, "a"
#endif
.balign 64
.global slot_a
slot_a:
.incbin "a.update"
.balign 64
.global slot_b
slot_b:
.incbin "b.update"
.balign 64
.global slot_end
slot_end:
.long 0
#if defined(__linux__)
.section .note.GNU-stack, "", %progbits
#endif
