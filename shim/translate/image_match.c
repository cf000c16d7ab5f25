/* Which references mean an image. */
#include "shim/translate/image.h"

#include <fnmatch.h>
#include <string.h>

#include "shim/translate/json.h"
#include "shim/translate/reference.h"

static const char *hex_of(const char *id)
{
    return strncmp(id, "sha256:", 7) == 0 ? id + 7 : id;
}

/* True if `prefix`, with or without "sha256:", is the beginning of an id. */
static bool id_begins_with(const char *id, const char *prefix)
{
    const char *digits = hex_of(prefix);
    return digits[0] != '\0' && strncmp(hex_of(id), digits, strlen(digits)) == 0;
}

/* True if one of the tags is in the repository of a reference. */
static bool covers(struct arena *arena, const char *const *tags, const struct reference *reference)
{
    struct err ignored = ERR_INIT;
    struct reference tag;
    for (; *tags != NULL; tags++)
        if (reference_parse(arena, *tags, &tag, &ignored) &&
            reference_same_repository(&tag, reference))
            return true;
    return false;
}

static bool same_reference(const struct reference *a, const struct reference *b)
{
    /* A digest decides alone, as for Docker. */
    bool digested = a->digest[0] != '\0' || b->digest[0] != '\0';
    return reference_same_repository(a, b) && strcmp(a->digest, b->digest) == 0 &&
           (digested || strcmp(a->tag, b->tag) == 0);
}

bool image_matches(struct arena *arena, const json_t *image, const char *reference)
{
    struct err ignored = ERR_INIT; /* what is no reference may still be an id */
    struct reference wanted, own;
    if (id_begins_with(image_id(image), reference))
        return true;
    if (!reference_parse(arena, reference, &wanted, &ignored))
        return false;
    const char **list =
        wanted.digest[0] != '\0' ? image_digests(arena, image) : image_tags(arena, image);
    for (; *list != NULL; list++)
        if (reference_parse(arena, *list, &own, &ignored) && same_reference(&own, &wanted))
            return true;
    /* In the containerd store an image's id is its digest in all of its repositories, of which a
     * list entry tells only some. */
    return wanted.digest[0] != '\0' && strcmp(image_id(image), wanted.digest) == 0 &&
           covers(arena, image_tags(arena, image), &wanted);
}

/* A name in full: with Docker Hub's domain, which Docker leaves out. */
static const char *full_name(struct arena *arena, const char *name)
{
    struct err ignored = ERR_INIT;
    struct reference reference;
    if (!reference_parse(arena, name, &reference, &ignored))
        return name;
    const char *suffix = name + strcspn(name, "@");
    const char *repository = reference_repository(arena, &reference);
    return suffix[0] != '\0' ? arena_printf(arena, "%s%s", repository, suffix)
                             : arena_printf(arena, "%s:%s", repository, reference.tag);
}

static bool any_fits(struct arena *arena, const char **list, const char *pattern)
{
    for (; *list != NULL; list++)
        if (fnmatch(pattern, *list, 0) == 0 || fnmatch(pattern, full_name(arena, *list), 0) == 0)
            return true;
    return false;
}

bool image_pinned(struct arena *arena, const json_t *image, const char *const *patterns,
                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (any_fits(arena, image_tags(arena, image), patterns[i]) ||
            any_fits(arena, image_digests(arena, image), patterns[i]))
            return true;
    return false;
}

/* With the last tag of a repository Docker takes its digests off as well. */
const char **image_names(struct arena *arena, const json_t *image)
{
    const char **tags = image_tags(arena, image), **digests = image_digests(arena, image);
    size_t room = json_array_size(json_at(image, "RepoTags")) +
                  json_array_size(json_at(image, "RepoDigests")) + 1;
    const char **list = arena_array(arena, room, sizeof(*list));
    size_t count = 0;
    for (const char **name = tags; *name != NULL; name++)
        list[count++] = *name;
    for (const char **name = digests; *name != NULL; name++) {
        struct err ignored = ERR_INIT;
        struct reference digested;
        if (!reference_parse(arena, *name, &digested, &ignored) || !covers(arena, tags, &digested))
            list[count++] = *name;
    }
    return list;
}
