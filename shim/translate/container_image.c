#include "shim/translate/container_image.h"

#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/container_status.h"
#include "shim/translate/image.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/reference.h"

/* What the container was created from: our label keeps the reference, where Docker's own field may
 * be an id already. */
static const char *requested(const json_t *container)
{
    const char *label = label_get(container, LABEL_IMAGE);
    return label[0] != '\0' ? label : json_text_at(container, "Config.Image");
}

/* The first of an image's names in this repository, NULL if there is none. */
static const char *name_in_repository(struct arena *arena, const char *const *names,
                                      const struct reference *wanted)
{
    struct err ignored = ERR_INIT; /* what is no reference is in no repository */
    for (; *names != NULL; names++) {
        struct reference name;
        if (reference_parse(arena, *names, &name, &ignored) &&
            reference_same_repository(&name, wanted))
            return *names;
    }
    return NULL;
}

/* The name to show: a digest or an id says little to a person, so a tag stands for it. */
static const char *shown_name(struct arena *arena, const char *asked, const json_t *image)
{
    struct err ignored = ERR_INIT;
    struct reference reference;
    const char *const *tags = image_tags(arena, image);
    const char *name = NULL;
    if (reference_is_id(asked))
        name = tags[0];
    else if (reference_parse(arena, asked, &reference, &ignored) && reference.tag[0] == '\0')
        name = name_in_repository(arena, tags, &reference);
    return name != NULL ? name : utf8_clean(arena, asked);
}

Cri__ImageSpec *container_image_spec(struct arena *arena, const json_t *container,
                                     const json_t *image)
{
    Cri__ImageSpec *spec = arena_alloc(arena, sizeof(*spec));
    cri__image_spec__init(spec);
    const char *label = label_get(container, LABEL_IMAGE);
    if (label[0] != '\0' && !reference_is_id(label)) {
        spec->image = utf8_clean(arena, label);
        spec->user_specified_image = spec->image;
    } else {
        spec->image = shown_name(arena, requested(container), image);
    }
    return spec;
}

const char *container_image_ref(struct arena *arena, const json_t *container, const json_t *image)
{
    struct err ignored = ERR_INIT;
    struct reference asked;
    const char *const *digests = image_digests(arena, image);
    const char *found = NULL;
    if (reference_parse(arena, requested(container), &asked, &ignored))
        found = name_in_repository(arena, digests, &asked);
    if (found == NULL)
        found = digests[0];
    if (found != NULL)
        return arena_printf(arena, "docker-pullable://%s", found);
    return arena_printf(arena, "docker://%s", utf8_clean(arena, container_image_id(container)));
}
