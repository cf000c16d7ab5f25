#include "cri/stream/spdy_headers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "cri/stream/spdy_dictionary.h"
#include "shim/base/alloc.h"

struct spdy_unpacker {
    z_stream stream;
};

struct spdy_packer {
    z_stream stream;
};

const char *spdy_headers_get(const struct spdy_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (strcmp(headers->items[i].name, name) == 0)
            return headers->items[i].value;
    return "";
}

/* The big-endian number at *at, and *at behind it; false if the block ends before. */
static bool take_number(const char *block, size_t length, size_t *at, size_t *ret_number)
{
    if (length - *at < 4)
        return false;
    const unsigned char *bytes = (const unsigned char *)block + *at;
    *ret_number =
        (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | (size_t)bytes[3];
    *at += 4;
    return true;
}

/* A text with its length in front is moved over its length, which makes room for its NUL. */
static bool take_text(char *block, size_t length, size_t *at, const char **ret_text)
{
    size_t text_length;
    if (!take_number(block, length, at, &text_length) || text_length > length - *at)
        return false;
    char *text = block + *at - 4;
    memmove(text, text + 4, text_length);
    text[text_length] = '\0';
    *at += text_length;
    *ret_text = text;
    return true;
}

bool spdy_headers_parse(char *block, size_t length, struct spdy_headers *ret_headers,
                        struct err *err)
{
    size_t at = 0, count;
    if (!take_number(block, length, &at, &count) || count > SPDY_HEADERS_MAX)
        return err_set(err, CODE_INVALID_ARGUMENT, "a header block of no or too many headers");
    ret_headers->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!take_text(block, length, &at, &ret_headers->items[i].name) ||
            !take_text(block, length, &at, &ret_headers->items[i].value))
            return err_set(err, CODE_INVALID_ARGUMENT, "a header block that ends in the middle");
        ret_headers->count = i + 1;
    }
    return true;
}

struct spdy_unpacker *spdy_unpacker_create(void)
{
    struct spdy_unpacker *unpacker = xcalloc(1, sizeof(*unpacker));
    if (inflateInit(&unpacker->stream) != Z_OK)
        alloc_failed(); /* its only reason with these arguments */
    return unpacker;
}

void spdy_unpacker_destroy(struct spdy_unpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    (void)inflateEnd(&unpacker->stream); /* fails only for a stream that is none */
    free(unpacker);
}

bool spdy_unpack(struct spdy_unpacker *unpacker, const char *bytes, size_t length, char *block,
                 size_t *ret_length, struct err *err)
{
    z_stream *stream = &unpacker->stream;
    union {
        const char *in;
        unsigned char *out;
    } input = {.in = bytes}; /* zlib does not write to it */
    stream->next_in = input.out;
    stream->avail_in = (unsigned)length;
    stream->next_out = (unsigned char *)block;
    stream->avail_out = SPDY_HEADER_BLOCK_MAX;
    while (stream->avail_in > 0) {
        int result = inflate(stream, Z_SYNC_FLUSH);
        if (result == Z_NEED_DICT)
            result = inflateSetDictionary(stream, SPDY_DICTIONARY, SPDY_DICTIONARY_BYTES);
        if (result == Z_MEM_ERROR)
            alloc_failed();
        if (result != Z_OK || stream->avail_out == 0)
            return err_set(err, CODE_INVALID_ARGUMENT, "a header block %s",
                           stream->avail_out == 0 ? "that is too large" : "that zlib cannot read");
    }
    *ret_length = SPDY_HEADER_BLOCK_MAX - stream->avail_out;
    return true;
}

struct spdy_packer *spdy_packer_create(void)
{
    /* We only ever say a few short words: the smallest tables will do, 10 KB in place of 260. */
    enum { WINDOW_BITS = 11, MEMORY_LEVEL = 1 };
    struct spdy_packer *packer = xcalloc(1, sizeof(*packer));
    z_stream *stream = &packer->stream;
    if (deflateInit2(stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK ||
        deflateSetDictionary(stream, SPDY_DICTIONARY, SPDY_DICTIONARY_BYTES) != Z_OK)
        alloc_failed(); /* their only reason with these arguments */
    return packer;
}

void spdy_packer_destroy(struct spdy_packer *packer)
{
    if (packer == NULL)
        return;
    (void)deflateEnd(&packer->stream); /* says that data was left, which is so */
    free(packer);
}

void spdy_pack(struct spdy_packer *packer, const char *block, size_t length, struct buf *out)
{
    z_stream *stream = &packer->stream;
    unsigned char piece[512];
    union {
        const char *in;
        unsigned char *out;
    } input = {.in = block}; /* zlib does not write to it */
    stream->next_in = input.out;
    stream->avail_in = (unsigned)length;
    do {
        stream->next_out = piece;
        stream->avail_out = sizeof(piece);
        (void)deflate(stream, Z_SYNC_FLUSH); /* "no progress" is the only answer besides success */
        (void)buf_append(out, piece, sizeof(piece) - stream->avail_out); /* as large as needed */
    } while (stream->avail_out == 0);
}
