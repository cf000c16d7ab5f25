/* Lines of Docker's json-file: what is taken for an entry stays inside its buffers, agrees with a
 * general JSON parser, and becomes whole lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "shim/logs/cri_log.h"
#include "shim/logs/json_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the general parser takes the line too, both must read the same text. It refuses some lines
 * that we take (bad UTF-8, duplicate keys do not matter), so only agreement is checked. */
static void compare(const char *line, size_t size, const struct json_log_entry *entry)
{
    json_t *document = json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    const json_t *log = json_object_get(document, "log");
    size_t length = json_string_length(log);
    const char *text = json_string_value(log);
    if (text != NULL && (length < entry->text_length || length > entry->text_length + 1 ||
                         memcmp(text, entry->text, entry->text_length) != 0))
        abort();
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1), *text = malloc(size + 1);
    if (line == NULL || text == NULL)
        abort();
    memcpy(line, data, size);
    struct json_log_entry entry;
    if (json_log_parse(line, size, text, &entry)) {
        if (entry.text_length > size)
            abort();
        compare(line, size, &entry);
        struct buf buf;
        buf_init(&buf, 64 * (size + 64));
        if (!cri_log_append(&buf, &entry) || buf.data[buf.length - 1] != '\n')
            abort();
        buf_done(&buf);
    }
    free(line);
    free(text);
    return 0;
}
