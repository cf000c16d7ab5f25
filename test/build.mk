# The test programs, and the targets that run everything.

TEST_LIB_SRC := $(wildcard test/lib/*.c test/client/channel.c test/client/rpc.c)
TEST_LIB_OBJ := $(TEST_LIB_SRC:%.c=$(B)/obj/%.o)
TEST_PROGRAMS := $(addprefix $(B)/,cri-client cri-storm cri-malformed transcript noop-server bench-pod cni-pod)

.PHONY: programs
programs: $(B)/dockershimd $(TEST_PROGRAMS) $(B)/rig-runtime

$(B)/libtest.a: $(TEST_LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(B)/cri-client: $(B)/obj/test/client/cri.o
$(B)/cri-storm: $(B)/obj/test/client/storm.o
$(B)/cri-malformed: $(B)/obj/test/client/malformed.o $(B)/obj/test/client/mutation.o
$(B)/transcript: $(patsubst %.c,$(B)/obj/%.o,$(wildcard test/transcript/*.c))
$(B)/noop-server: $(B)/obj/test/bench/noop_server.o
$(B)/bench-pod: $(B)/obj/test/bench/pod_bench.o
$(B)/cni-pod: $(B)/obj/test/bench/cni_pod.o
$(TEST_PROGRAMS): $(B)/libtest.a $(B)/libdockershim.a
	@echo "LD $@"
	$(Q)$(CC) $(LDFLAGS_MODE) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -o $@

# Docker runs it for every container, so it has no sanitizers.
$(B)/rig-runtime: test/rig/oci_runtime.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -O2 $< -ljansson -o $@
