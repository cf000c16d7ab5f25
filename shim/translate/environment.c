#include "shim/translate/environment.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"
#include "shim/base/utf8.h"
#include "shim/translate/body.h"

static bool check(const Cri__KeyValue *variable, size_t index, struct err *err)
{
    const char *key = variable->key;
    const ProtobufCBinaryData *value = &variable->value;
    if (key[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "config.envs[%zu].key is not set", index);
    if (strchr(key, '=') != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config.envs[%zu].key \"%s\" has a '='", index,
                       key);
    if (value->len > 0 && memchr(value->data, '\0', value->len) != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config.envs[%zu].value of %s has a NUL byte",
                       index, key);
    if (!utf8_valid((const char *)value->data, value->len))
        return err_set(err, CODE_INVALID_ARGUMENT, "config.envs[%zu].value of %s is not UTF-8",
                       index, key);
    return true;
}

static json_t *format(const Cri__KeyValue *variable)
{
    size_t key_length = strlen(variable->key);
    auto_free char *text = xmalloc(key_length + 1 + variable->value.len + 1);
    char *end = (char *)mempcpy(text, variable->key, key_length);
    *end++ = '=';
    if (variable->value.len > 0)
        end = (char *)mempcpy(end, variable->value.data, variable->value.len);
    *end = '\0';
    return body_text(text);
}

bool environment_set(json_t *config, Cri__KeyValue *const *variables, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!check(variables[i], i, err))
            return false;
        body_append(body_array_at(config, "Env"), format(variables[i]));
    }
    return true;
}
