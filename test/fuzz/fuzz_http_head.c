/* The head of the engine's answer, and chunked bodies: what is decided about the first bytes must
 * stay so when more come. */
#include <stdlib.h>
#include <string.h>

#include "dockerapi/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_head(const char *data, size_t size)
{
    struct http_head whole = {0}, split = {0};
    enum http_head_result wanted = http_head_parse(data, size, &whole);
    enum http_head_result result = HTTP_HEAD_MORE;
    for (size_t length = 0; length <= size && result == HTTP_HEAD_MORE; length++)
        result = http_head_parse(data, length, &split);
    if (result != wanted)
        abort();
    if (result == HTTP_HEAD_DONE &&
        (whole.length != split.length || whole.length > size || whole.status != split.status ||
         whole.content_length != split.content_length || whole.chunked != split.chunked))
        abort();
}

/* Decodes the first `length` bytes in memory of exactly that size. */
static char *dechunk(const char *data, size_t length, size_t *ret_length, bool *ret_ended)
{
    char *copy = malloc(length + (length == 0));
    if (copy == NULL)
        abort();
    memcpy(copy, data, length);
    *ret_ended = http_dechunk(copy, length, ret_length);
    if (*ret_length > length)
        abort();
    return copy;
}

static void check_body(const char *data, size_t size)
{
    size_t wanted_length, length = 0;
    bool wanted_ended, ended = false;
    char *wanted = dechunk(data, size, &wanted_length, &wanted_ended);
    for (size_t part = 0; part <= size && !ended; part++) {
        char *body = dechunk(data, part, &length, &ended);
        if (length > wanted_length || memcmp(body, wanted, length) != 0)
            abort();
        free(body);
    }
    if (ended != wanted_ended || length != wanted_length)
        abort();
    free(wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_head((const char *)data, size);
    check_body((const char *)data, size);
    return 0;
}
