/* The pause image's bytes, as shim/inventory/pause_image.h declares them. */
    .section .rodata
    .globl pause_image_tar, pause_image_tar_bytes
    .balign 8
pause_image_tar_bytes:
    .8byte 2f - 1f
pause_image_tar:
1:  .incbin PAUSE_IMAGE
2:
    .section .note.GNU-stack, "", %progbits
