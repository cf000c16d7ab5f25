#include "shim/config_file.h"

#include <string.h>

#include "shim/base/file.h"

enum { FILE_LIMIT_BYTES = 256 * 1024 };

static const char BLANKS[] = " \t\r";

/* Cuts the blanks off both ends, in place. */
static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    char *end = text + strlen(text);
    while (end > text && strchr(BLANKS, end[-1]) != NULL)
        end--;
    *end = '\0';
    return text;
}

static size_t count_lines(const char *bytes)
{
    size_t count = 1;
    for (; *bytes != '\0'; bytes++)
        count += *bytes == '\n';
    return count;
}

static bool is_set(const struct flag_value *values, size_t count, const struct flag *flag)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].flag == flag)
            return true;
    return false;
}

/* One line that is neither empty nor a comment. */
static bool parse_line(struct arena *arena, char *line, const char *place,
                       struct flag_value *values, size_t *count, struct err *err)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s: \"%.80s\" is not \"name = value\"", place,
                       line);
    *equals = '\0';
    const char *name = trim(line);
    const struct flag *flag = flag_find(name, strlen(name));
    if (flag == NULL || flag->action != FLAG_SETTING)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s: unknown name \"%.80s\"", place, name);
    if (!flag_is_list(flag) && is_set(values, *count, flag))
        return err_set(err, CODE_INVALID_ARGUMENT, "%s: %s is set twice", place, name);
    values[(*count)++] = (struct flag_value){
        .flag = flag,
        .value = trim(equals + 1),
        .origin = arena_printf(arena, "%s: %s", place, name),
    };
    return true;
}

bool config_file_read(struct arena *arena, const char *path, struct flag_value **ret_values,
                      size_t *ret_count, struct err *err)
{
    char *bytes;
    size_t length, count = 0;
    if (!file_read(arena, path, FILE_LIMIT_BYTES, &bytes, &length, err))
        return err_wrap(err, "read configuration");
    if (strlen(bytes) != length)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s: it holds a NUL byte", path);
    struct flag_value *values = arena_array(arena, count_lines(bytes), sizeof(*values));
    int number = 0;
    for (char *line; (line = strsep(&bytes, "\n")) != NULL;) {
        const char *place = arena_printf(arena, "%s:%d", path, ++number);
        line = trim(line);
        if (line[0] != '\0' && line[0] != '#' &&
            !parse_line(arena, line, place, values, &count, err))
            return false;
    }
    *ret_values = values;
    *ret_count = count;
    return true;
}
