/* Image references: what is taken says the same again when it is written out, in full and in the
 * familiar form. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shim/translate/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(struct arena *arena, const char *repository, const struct reference *first)
{
    struct err err = ERR_INIT;
    struct reference again;
    const char *text =
        arena_printf(arena, "%s%s%s%s%s", repository, first->tag[0] != '\0' ? ":" : "", first->tag,
                     first->digest[0] != '\0' ? "@" : "", first->digest);
    /* A short name with a long hexadecimal tag reads as an id. */
    if (reference_is_id(text))
        return;
    if (!reference_parse(arena, text, &again, &err) || !reference_same_repository(first, &again) ||
        strcmp(first->tag, again.tag) != 0 || strcmp(first->digest, again.digest) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    struct reference reference;
    const char *text = arena_strndup(arena, (const char *)data, size);
    if (reference_parse(arena, text, &reference, &err)) {
        if (reference_is_id(text) || reference.domain[0] == '\0' || reference.path[0] == '\0' ||
            (reference.tag[0] == '\0' && reference.digest[0] == '\0'))
            abort();
        check_again(arena, reference_repository(arena, &reference), &reference);
        check_again(arena, reference_familiar(arena, &reference), &reference);
    } else if (err.code != CODE_INVALID_ARGUMENT) {
        abort();
    }
    arena_destroy(arena);
    return 0;
}
