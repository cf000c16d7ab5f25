#include "dockerapi/json_parse.h"

/* A name with \u0000 in it, of whatever foreign container, must not make a whole list unreadable:
 * readers see the text before it. */
static const size_t FLAGS = JSON_ALLOW_NUL | JSON_DECODE_ANY;

bool json_parse(const char *bytes, size_t length, json_type type, json_t **ret_document,
                struct err *err)
{
    json_error_t flaw = {0};
    json_t *document = length > 0 ? json_loadb(bytes, length, FLAGS, &flaw) : NULL;
    if (document == NULL)
        return err_set(err, CODE_UNKNOWN, "the answer is not JSON (byte %d of %zu)", flaw.position,
                       length);
    if (type == JSON_ARRAY && json_is_null(document))
        document = json_array(); /* null is not counted */
    if (json_typeof(document) != type) {
        json_decref(document);
        return err_set(err, CODE_UNKNOWN, "the answer is not a JSON %s",
                       type == JSON_ARRAY ? "array" : "object");
    }
    *ret_document = document;
    return true;
}
