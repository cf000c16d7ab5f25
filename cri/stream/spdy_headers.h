/*
 * SPDY's header blocks: name and value pairs behind one zlib stream per direction, which lives as
 * long as the connection. A block that is left out or fails puts the two ends out of step, so it
 * ends the connection, and every block must be read, wanted or not.
 */
#ifndef CRI_STREAM_SPDY_HEADERS_H
#define CRI_STREAM_SPDY_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/base/buf.h"
#include "shim/base/err.h"

enum {
    SPDY_HEADERS_MAX = 64,             /* pairs in a block */
    SPDY_HEADER_BLOCK_MAX = 16 * 1024, /* bytes of one, unpacked */
};

struct spdy_headers {
    size_t count;
    struct {
        const char *name, *value; /* a value that holds several ends at its first NUL */
    } items[SPDY_HEADERS_MAX];
};

/* The value of a name (in lower case); "" if there is none. */
const char *spdy_headers_get(const struct spdy_headers *headers, const char *name);

/* Reads an unpacked block, whose bytes are rearranged and must outlive the headers. */
bool spdy_headers_parse(char *block, size_t length, struct spdy_headers *ret_headers,
                        struct err *err);

struct spdy_unpacker;
struct spdy_unpacker *spdy_unpacker_create(void);
void spdy_unpacker_destroy(struct spdy_unpacker *unpacker);

/* Unpacks the next block of the connection. `block` holds SPDY_HEADER_BLOCK_MAX bytes. */
bool spdy_unpack(struct spdy_unpacker *unpacker, const char *bytes, size_t length, char *block,
                 size_t *ret_length, struct err *err);

struct spdy_packer;
struct spdy_packer *spdy_packer_create(void);
void spdy_packer_destroy(struct spdy_packer *packer);

/* Packs the next block and appends it. */
void spdy_pack(struct spdy_packer *packer, const char *block, size_t length, struct buf *out);

#endif
