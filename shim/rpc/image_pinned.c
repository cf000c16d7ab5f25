#include "shim/rpc/image_pinned.h"

#include "shim/inventory/pause_image.h"
#include "shim/translate/image.h"

bool image_is_pinned(const struct daemon *daemon, struct arena *arena, const json_t *image)
{
    const struct settings *settings = daemon->settings;
    const char *pause = settings->pod_infra_container_image != NULL
                            ? settings->pod_infra_container_image
                            : pause_image_reference();
    return image_matches(arena, image, pause) ||
           image_pinned(arena, image, settings->pinned_images, settings->pinned_image_count);
}
