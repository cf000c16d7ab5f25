# dockershimd: Docker Engine as a Kubernetes container runtime.
#
#   make            build the daemon: build/dockershimd
#   make run        install what is missing, build, serve the socket, run one pod and show it
#   make test       install what is missing, then every test; ends with one line of totals
#   make unit       only the unit tests (no Docker Engine needed)
#   make lint       formatting, layers, clang-tidy, cppcheck
#   make fmt        format the sources
#   make bench      measure against bare Docker calls, as ratios
#   make clean      remove build/
#
#   SAN=1           build with AddressSanitizer, UBSan and LeakSanitizer (under build/san)
#   CC=clang        the other compiler
#   V=1             show the commands

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
SHELL := /bin/bash

V ?=
Q := $(if $(V),,@)
SAN ?=
B ?= build$(if $(SAN),/san)
ifeq ($(origin CC),default)
CC := gcc
endif
VERSION := 0.1.0

comma := ,
CFLAGS_WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wformat=2 \
	-Wundef -Wvla -Werror
CFLAGS_MODE := $(if $(SAN),-O1 -fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -Wno-format-truncation,-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE)
LDFLAGS_MODE := $(if $(SAN),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
CPPFLAGS := -I. -I$(B) -D_GNU_SOURCE -DDOCKERSHIMD_VERSION='"$(VERSION)"'
CFLAGS := -std=c17 -g $(CFLAGS_WARN)
ALL_CFLAGS = $(CPPFLAGS) $(CFLAGS) $(CFLAGS_MODE) -pthread -MMD -MP
LIBS = -lcurl -ljansson -lprotobuf-c -luv -lgrpc_unsecure -lgpr -lmicrohttpd -lwslay -lgnutls -lz -lm -pthread

include proto/build.mk

DAEMON_MAIN := shim/main.c
LIB_SRC := $(filter-out $(DAEMON_MAIN) shim/pause/%,$(wildcard shim/*.c shim/*/*.c dockerapi/*.c cri/*.c cri/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/obj/%.o) $(PROTO_SRC:$(B)/%.c=$(B)/obj/%.o)
UNIT_SRC := $(wildcard test/unit/*/*.c test/unit/*/*/*.c)
UNIT_BIN := $(UNIT_SRC:test/unit/%.c=$(B)/unit/%)

.PHONY: all run test unit lint fmt bench clean deps
.SECONDARY:

all: $(B)/dockershimd

include $(wildcard shim/build.mk test/build.mk)

# Generated sources come first: every object may include them.
$(B)/obj/%.o: %.c | $(PROTO_HEADERS)
	@mkdir -p $(@D) && echo "CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(EXTRA_$(notdir $*)) -c $< -o $@

$(B)/obj/proto/%.o: $(B)/proto/%.c
	@mkdir -p $(@D) && echo "CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) -w -c $< -o $@

$(B)/libdockershim.a: $(LIB_OBJ) $(EMBEDDED_OBJ)
	@rm -f $@ && echo "AR $@"
	$(Q)ar rcs $@ $^

$(B)/dockershimd: $(B)/obj/shim/main.o $(B)/libdockershim.a
	@echo "LD $@"
	$(Q)$(CC) $(LDFLAGS_MODE) $^ $(LIBS) -o $@

$(B)/unit/%: $(B)/obj/test/unit/%.o $(B)/libtest.a $(B)/libdockershim.a $(PROTO_TEST_OBJ)
	@mkdir -p $(@D) && echo "LD $@"
	$(Q)$(CC) $(LDFLAGS_MODE) $^ $(LIBS) -lcmocka -o $@

unit: $(UNIT_BIN) $(PROTO_TEST_DATA)
	test/run-unit.sh $(UNIT_BIN)

.PHONY: unit-programs
unit-programs: $(UNIT_BIN) $(PROTO_TEST_DATA)

# The packages come first: what is built may need them.
run:
	packaging/install-deps.sh run
	+$(MAKE) all programs
	BUILD=$(B) packaging/run.sh

test:
	packaging/install-deps.sh test
	+test/run.sh

bench:
	packaging/install-deps.sh test
	+$(MAKE) programs
	BUILD=$(B) test/rig/with-rig.sh test/bench/pods.sh
	BUILD=$(B) test/bench/cni.sh

lint: $(PROTO_HEADERS)
	packaging/install-deps.sh lint
	test/lint/lint.sh $(B)

deps:
	packaging/install-deps.sh build

fmt:
	clang-format-14 -i $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

clean:
	rm -rf build

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
