#include "shim/translate/path.h"

#include <string.h>

static bool part_is(const char *part, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(part, text, length) == 0;
}

const char *path_clean(struct arena *arena, const char *absolute)
{
    char *clean = arena_alloc(arena, strlen(absolute) + 2);
    size_t used = 0;
    for (const char *part = absolute; *part != '\0';) {
        size_t length = strcspn(part, "/");
        if (part_is(part, length, "..")) {
            while (used > 0 && clean[--used] != '/')
                ;
        } else if (length > 0 && !part_is(part, length, ".")) {
            clean[used++] = '/';
            memcpy(clean + used, part, length);
            used += length;
        }
        part += length + (part[length] == '/');
    }
    if (used == 0)
        clean[used++] = '/';
    clean[used] = '\0';
    return clean;
}

bool path_is_absolute(const char *path)
{
    return path[0] == '/';
}

bool path_is_local(const char *path)
{
    if (path[0] == '\0' || path[0] == '/')
        return false;
    for (const char *part = path; *part != '\0';) {
        size_t length = strcspn(part, "/");
        if (part_is(part, length, ".."))
            return false;
        part += length + (part[length] == '/');
    }
    return true;
}
