/*
 * Where in a message the check is, for the text of an error: "config.linux.sysctls[3].key".
 */
#ifndef CRI_GRPC_WIRE_PATH_H
#define CRI_GRPC_WIRE_PATH_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum { WIRE_PATH_MAX = 512 };

/* One message that is being read; its field is the one that is being read in it. */
struct wire_frame {
    const struct wire_frame *outer; /* NULL for the request itself */
    const ProtobufCMessageDescriptor *type;
    const uint8_t *start;
    const uint8_t *field_start;
    const ProtobufCFieldDescriptor *field; /* NULL if the type does not know it */
    uint32_t number;                       /* 0 if its tag could not be read */
    int depth;
};

/* Writes the path of the frame's field. What has no name is called by its number, and what has no
 * number by its place: "field 99 of config.metadata", "byte 12 of VersionRequest". */
void wire_path_format(const struct wire_frame *frame, char *path, size_t size);

#endif
