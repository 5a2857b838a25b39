/* The raw files, included in flash unchanged. Searched for in models/digits (-I, or -Wa,-I). */
        .section .rodata.pictures, "a"
        .global pictures
        .global picture_labels
        .balign 4
pictures:
        .incbin "test_images.bin"
picture_labels:
        .incbin "test_labels.bin"
#if defined(__linux__) && defined(__ELF__)
        .section .note.GNU-stack, "", %progbits
#endif
