# The pause image (see shim/pause/): the program, the image around it, and the object that carries it in
# the daemon. The program is built without libc and without the daemon's own flags.

PAUSE_REFERENCE := dockershimd/pause:$(VERSION)
PAUSE_CFLAGS := -std=c17 -Os $(CFLAGS_WARN) -ffreestanding -fno-stack-protector -fno-pie \
	-fno-asynchronous-unwind-tables
PAUSE_LDFLAGS := -static -nostdlib -s -Wl,--build-id=none -Wl,-z,noseparate-code \
	-Wl,-z,norelro -Wl,-z,noexecstack

# What images call the architectures that the program knows.
PAUSE_ARCHITECTURE_x86_64 := amd64
PAUSE_ARCHITECTURE_aarch64 := arm64
PAUSE_ARCHITECTURE_riscv64 := riscv64
PAUSE_ARCHITECTURE := $(PAUSE_ARCHITECTURE_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))

EMBEDDED_OBJ := $(B)/pause/embed.o

$(B)/pause/pause: shim/pause/pause.c
	@mkdir -p $(@D)
	$(CC) $(PAUSE_CFLAGS) $(PAUSE_LDFLAGS) $< -o $@

$(B)/pause/image.tar: $(B)/pause/pause shim/pause/image.sh Makefile
	shim/pause/image.sh $< $(PAUSE_REFERENCE) $(PAUSE_ARCHITECTURE) $@

$(B)/pause/embed.o: shim/pause/embed.S $(B)/pause/image.tar
	$(CC) -DPAUSE_IMAGE='"$(B)/pause/image.tar"' -c $< -o $@

EXTRA_pause_image := -DPAUSE_REFERENCE='"$(PAUSE_REFERENCE)"'
EXTRA_pod_bench := $(EXTRA_pause_image)
