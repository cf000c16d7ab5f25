# Turns the CRI contract into C: protoc-c makes the messages and service descriptors that the daemon
# links (included as "proto/api.pb-c.h"). For the contract test only, protoc writes the descriptor
# set, which alone knows streams and maps, and protoc-c makes the reader of descriptor sets.

PROTO_SRC := $(B)/proto/api.pb-c.c
PROTO_HEADERS := $(B)/proto/api.pb-c.h
PROTO_TEST_SRC := $(B)/google/protobuf/descriptor.pb-c.c
PROTO_TEST_HEADERS := $(B)/google/protobuf/descriptor.pb-c.h
PROTO_TEST_DATA := $(B)/proto/api.desc
PROTO_TEST_OBJ := $(PROTO_TEST_SRC:$(B)/%.c=$(B)/obj/%.o) $(B)/obj/test/contract/contract.o

$(PROTO_SRC) $(PROTO_HEADERS) &: proto/api.proto
	@mkdir -p $(B)
	protoc-c --c_out=$(B) $<

$(PROTO_TEST_SRC) $(PROTO_TEST_HEADERS) &:
	@mkdir -p $(B)
	protoc-c --c_out=$(B) google/protobuf/descriptor.proto

$(PROTO_TEST_DATA): proto/api.proto
	@mkdir -p $(@D)
	protoc --descriptor_set_out=$@ $<

$(B)/obj/google/protobuf/%.o: $(B)/google/protobuf/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -w -c $< -o $@

$(B)/obj/test/unit/proto/test_contract.o: | $(PROTO_TEST_HEADERS)
EXTRA_test_contract := -DAPI_DESC='"$(PROTO_TEST_DATA)"'
