/* Docker's framed output: whole and byte by byte must give the same streams and the same verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "dockerapi/stdcopy.h"
#include "shim/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte with its stream, whatever the pieces were. */
static void collect(void *context, enum stdcopy_stream stream, const char *bytes, size_t length)
{
    if (length == 0 || (unsigned)stream > STDCOPY_SYSTEMERR)
        abort();
    for (size_t i = 0; i < length; i++) {
        const char pair[2] = {(char)stream, bytes[i]};
        if (!buf_append(context, pair, sizeof(pair)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stdcopy whole = {0}, split = {0};
    struct buf whole_out, split_out;
    struct err whole_err = ERR_INIT, split_err = ERR_INIT;
    buf_init(&whole_out, size * 2);
    buf_init(&split_out, size * 2);
    bool whole_ok = stdcopy_feed(&whole, (const char *)data, size, collect, &whole_out, &whole_err);
    bool split_ok = true;
    for (size_t i = 0; i < size && split_ok; i++)
        split_ok = stdcopy_feed(&split, (const char *)data + i, 1, collect, &split_out, &split_err);
    if (whole_ok != split_ok || whole_err.code != split_err.code ||
        whole_out.length != split_out.length ||
        (whole_out.length > 0 && memcmp(whole_out.data, split_out.data, whole_out.length) != 0) ||
        stdcopy_at_border(&whole) != stdcopy_at_border(&split) || whole.left != split.left)
        abort();
    buf_done(&whole_out);
    buf_done(&split_out);
    return 0;
}
