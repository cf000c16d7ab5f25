/* What protobuf-c's descriptors do not say outright. For pbjson_format.c and pbjson_parse.c only.
 */
#ifndef TEST_LIB_PBJSON_FIELD_H
#define TEST_LIB_PBJSON_FIELD_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

/* A map becomes a list of messages in C, whose type is named after the field ("labels":
 * "LabelsEntry") and nested in the message. */
bool pbjson_field_is_map(const ProtobufCMessageDescriptor *parent,
                         const ProtobufCFieldDescriptor *field);

/* Bytes of one element in a list, or of the field itself. */
size_t pbjson_field_size(const ProtobufCFieldDescriptor *field);

#endif
