/*
 * JSON for any message, by its descriptor: how the tests write requests and read answers.
 *
 * Names are those of the .proto file, enums are names (numbers are taken too), maps are objects,
 * 64-bit numbers are plain numbers. Bytes are a string where they are UTF-8, else the object
 * {"base64": "..."}.
 */
#ifndef TEST_LIB_PBJSON_H
#define TEST_LIB_PBJSON_H

#include <stdbool.h>

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

enum pbjson_fields {
    PBJSON_ALL,     /* every field; only messages that are not set are left out */
    PBJSON_NONZERO, /* without zeros, empty strings, lists and maps: for people. Enums stay */
};

/* The caller's reference. Bytes that are not UTF-8 where the contract says string become U+FFFD. */
json_t *pbjson_format(const ProtobufCMessage *message, enum pbjson_fields fields);

/* *ret_message lives in the arena. INVALID_ARGUMENT, naming the field's path, for an unknown field
 * or a value of the wrong kind. A null leaves its field unset. */
bool pbjson_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, json_t *json,
                  ProtobufCMessage **ret_message, struct err *err);

#endif
