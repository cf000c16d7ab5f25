#include "cri/stream/status.h"

#include <jansson.h>
#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/base/utf8.h"

/* The compact text of a document, whose reference is taken. */
static const char *format(struct arena *arena, json_t *document)
{
    char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
    if (text == NULL)
        alloc_failed(); /* its only reason: all texts are clean */
    const char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(document);
    return copy;
}

const char *stream_status_exit(struct arena *arena, bool json, int exit_code)
{
    const char *message = arena_printf(
        arena, "command terminated with non-zero exit code: exit status %d", exit_code);
    if (!json)
        return exit_code == 0 ? "" : message;
    if (exit_code == 0)
        return format(arena, json_pack("{s:{},s:s}", "metadata", "status", "Success"));
    return format(arena,
                  json_pack("{s:{},s:s,s:s,s:s,s:{s:[{s:s,s:s}]}}", "metadata", "status", "Failure",
                            "message", message, "reason", "NonZeroExitCode", "details", "causes",
                            "reason", "ExitCode", "message", arena_printf(arena, "%d", exit_code)));
}

const char *stream_status_error(struct arena *arena, bool json, const char *text)
{
    enum { HTTP_INTERNAL_ERROR = 500 };
    text = utf8_clean(arena, text);
    const char *message = arena_printf(arena, "Internal error occurred: %s", text);
    if (!json)
        return message;
    return format(arena,
                  json_pack("{s:{},s:s,s:s,s:s,s:{s:[{s:s}]},s:i}", "metadata", "status", "Failure",
                            "message", message, "reason", "InternalError", "details", "causes",
                            "message", text, "code", HTTP_INTERNAL_ERROR));
}
