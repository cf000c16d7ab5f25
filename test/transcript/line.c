#include "test/transcript/line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/buf.h"
#include "shim/base/file.h"

enum { ID_LENGTH = 64, FILE_MAX = 1 << 20 };

static void skip_space(struct line *line)
{
    while (isspace((unsigned char)*line->at))
        line->at++;
}

const char *line_word(struct line *line)
{
    skip_space(line);
    size_t length = strcspn(line->at, " \t\n");
    char *word = arena_strndup(line->arena, line->at, length);
    line->at += length;
    return word;
}

bool line_skip(struct line *line, const char *word)
{
    skip_space(line);
    size_t length = strlen(word);
    if (strncmp(line->at, word, length) != 0 ||
        (line->at[length] != '\0' && !isspace((unsigned char)line->at[length])))
        return false;
    line->at += length;
    return true;
}

bool line_at_end(struct line *line)
{
    skip_space(line);
    return *line->at == '\0';
}

bool line_has_json(struct line *line)
{
    skip_space(line);
    return (*line->at != '\0' && strchr("{[\"@", *line->at) != NULL) ||
           strncmp(line->at, "null", 4) == 0;
}

static bool parse_json(struct line *line, json_t **ret_json, struct err *err)
{
    json_error_t error;
    skip_space(line);
    json_t *json = json_loads(
        line->at,
        JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (json == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s in: %.80s", error.text, line->at);
    line->at += error.position;
    *ret_json = arena_json(line->arena, json);
    return true;
}

static json_t *merge(json_t *target, json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *merged = json_is_object(target) ? json_deep_copy(target) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach (patch, key, value) {
        if (json_is_null(value))
            json_object_del(merged, key);
        else
            json_object_set_new(merged, key, merge(json_object_get(merged, key), value));
    }
    return merged;
}

static bool read_fixture(struct line *line, json_t **ret_json, struct err *err)
{
    char *text;
    size_t length;
    line->at++; /* the "@" */
    const char *path = arena_printf(line->arena, "%s/%s.json", line->fixtures, line_word(line));
    if (!file_read(line->arena, path, FILE_MAX, &text, &length, err))
        return false;
    struct line content = *line;
    content.at = line_expand(line->arena, text);
    return parse_json(&content, ret_json, err) || err_wrap(err, "%s", path);
}

bool line_json(struct line *line, json_t **ret_json, struct err *err)
{
    if (!line_has_json(line) || *line->at != '@')
        return parse_json(line, ret_json, err);
    json_t *patch = NULL;
    if (!read_fixture(line, ret_json, err))
        return false;
    skip_space(line);
    if (*line->at != '{')
        return true;
    if (!parse_json(line, &patch, err))
        return false;
    *ret_json = arena_json(line->arena, merge(*ret_json, patch));
    return true;
}

/* 64 digits that look like an id of Docker's and follow from the name (FNV-1a, four times). */
static void make_id(const char *name, size_t length, char id[ID_LENGTH + 1])
{
    for (unsigned part = 0; part < 4; part++) {
        uint64_t hash = UINT64_C(14695981039346656037) + part;
        for (size_t i = 0; i < length; i++)
            hash = (hash ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
        (void)snprintf(id + (size_t)part * 16, 17, "%016" PRIx64, hash);
    }
}

char *line_expand(struct arena *arena, const char *text)
{
    struct buf out;
    buf_init(&out, FILE_MAX);
    while (*text != '\0') {
        size_t plain = strcspn(text, "$"), name = 0;
        (void)buf_append(&out, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        text++;
        while (isalnum((unsigned char)text[name]) || text[name] == '_')
            name++;
        char id[ID_LENGTH + 1], *end;
        make_id(text, name, id);
        text += name;
        unsigned long length = ID_LENGTH;
        if (*text == '[') {
            length = strtoul(text + 1, &end, 10);
            text = *end == ']' ? end + 1 : end;
        }
        (void)buf_append(&out, id, length < ID_LENGTH ? length : ID_LENGTH);
    }
    char *expanded = arena_strndup(arena, out.data != NULL ? out.data : "", out.length);
    buf_done(&out);
    return expanded;
}
