#include "test/lib/json_subset.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/cleanup.h"

static bool differs(json_t *wanted, json_t *got, struct err *err)
{
    enum { FLAGS = JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS };
    auto_free char *wanted_text = json_dumps(wanted, FLAGS);
    auto_free char *got_text = got != NULL ? json_dumps(got, FLAGS) : NULL;
    return err_set(err, CODE_UNKNOWN, "wanted %.600s, got %.1200s", wanted_text,
                   got_text != NULL ? got_text : "nothing");
}

static bool object_subset(json_t *wanted, json_t *got, struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach (wanted, key, value) {
        if (!json_subset(value, json_object_get(got, key), err))
            return err_wrap(err, "%s", key);
    }
    return true;
}

static bool array_subset(json_t *wanted, json_t *got, struct err *err)
{
    if (json_array_size(wanted) != json_array_size(got))
        return differs(wanted, got, err);
    for (size_t i = 0; i < json_array_size(wanted); i++)
        if (!json_subset(json_array_get(wanted, i), json_array_get(got, i), err))
            return err_wrap(err, "%zu", i);
    return true;
}

bool json_subset(json_t *wanted, json_t *got, struct err *err)
{
    if (json_is_null(wanted))
        return got == NULL || json_is_null(got) || differs(wanted, got, err);
    if (got == NULL || json_typeof(wanted) != json_typeof(got))
        return differs(wanted, got, err);
    if (json_is_object(wanted))
        return object_subset(wanted, got, err);
    if (json_is_array(wanted))
        return array_subset(wanted, got, err);
    const char *text = json_string_value(wanted);
    if (text != NULL && text[0] == '~')
        return strstr(json_string_value(got), text + 1) != NULL || differs(wanted, got, err);
    return json_equal(wanted, got) || differs(wanted, got, err);
}
