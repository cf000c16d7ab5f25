#include "shim/translate/json.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/base/utf8.h"

json_t *json_at(const json_t *document, const char *path)
{
    for (;;) {
        size_t length = strcspn(path, ".");
        json_t *value = json_object_getn(document, path, length);
        if (value == NULL || json_is_null(value))
            return NULL;
        if (path[length] == '\0')
            return value;
        document = value;
        path += length + 1;
    }
}

const char *json_text_at(const json_t *document, const char *path)
{
    const char *text = json_string_value(json_at(document, path));
    return text != NULL ? text : "";
}

int64_t json_int_at(const json_t *document, const char *path)
{
    return json_integer_value(json_at(document, path));
}

bool json_bool_at(const json_t *document, const char *path)
{
    return json_is_true(json_at(document, path));
}

const char *json_clean_at(struct arena *arena, const json_t *document, const char *path)
{
    return utf8_clean(arena, json_text_at(document, path));
}

int64_t json_time_at(const json_t *document, const char *path)
{
    int64_t time_ns = 0;
    (void)clock_parse_rfc3339(json_text_at(document, path), &time_ns); /* unreadable stays 0 */
    return time_ns;
}

void json_set_text(json_t *object, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0')
        (void)json_object_set_new(object, key, json_string(value));
}

const char *json_format(struct arena *arena, json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);
    json_decref(document);
    const char *copy = arena_strdup(arena, text != NULL ? text : "{}");
    free(text);
    return copy;
}

const char *json_id(const json_t *document)
{
    return json_text_at(document, "Id");
}
