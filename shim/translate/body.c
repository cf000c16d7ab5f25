#include "shim/translate/body.h"

#include "shim/base/alloc.h"

static json_t *made(json_t *value)
{
    if (value == NULL)
        alloc_failed();
    return value;
}

void body_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        alloc_failed();
}

void body_set_int(json_t *object, const char *key, int64_t value)
{
    body_set(object, key, json_integer(value));
}

void body_set_true(json_t *object, const char *key, bool wanted)
{
    if (wanted)
        body_set(object, key, json_true());
}

void body_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        alloc_failed();
}

json_t *body_text(const char *text)
{
    return made(json_string(text));
}

json_t *body_texts(const char *const *texts, size_t count)
{
    json_t *array = made(json_array());
    for (size_t i = 0; i < count; i++)
        body_append(array, body_text(texts[i]));
    return array;
}

json_t *body_object(void)
{
    return made(json_object());
}

json_t *body_object_at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL) {
        value = body_object();
        body_set(object, key, value);
    }
    return value;
}

json_t *body_array_at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL) {
        value = made(json_array());
        body_set(object, key, value);
    }
    return value;
}
