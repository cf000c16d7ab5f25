#include "shim/stats/hugetlb.h"

#include <dirent.h>
#include <string.h>

#include "shim/stats/kernel_file.h"
#include "shim/stats/kernel_text.h"

enum { SIZES_MAX = 8 };

static struct figure number_in(struct arena *arena, const char *directory, const char *page_size,
                               const char *suffix)
{
    const char *text =
        kernel_file(arena, directory, arena_printf(arena, "hugetlb.%s%s", page_size, suffix));
    return text != NULL ? kernel_number(text) : (struct figure){0};
}

/* The size that a file is about: "2MB" of "hugetlb.2MB.current"; NULL if it is another file. */
static const char *page_size_of(struct arena *arena, const char *name, const char *suffix)
{
    static const char prefix[] = "hugetlb.";
    size_t begin = sizeof(prefix) - 1, length = strlen(name), end = strlen(suffix);
    if (length <= begin + end || memcmp(name, prefix, begin) != 0 ||
        strcmp(name + length - end, suffix) != 0)
        return NULL;
    const char *size = arena_strndup(arena, name + begin, length - begin - end);
    return strchr(size, '.') == NULL ? size : NULL; /* reservations have files of their own */
}

size_t hugetlb_read(struct arena *arena, const struct place *place, struct hugetlb **ret_sizes)
{
    const char *directory = place->of[CONTROLLER_HUGETLB].directory;
    const char *suffix =
        place->of[CONTROLLER_HUGETLB].version == 1 ? ".usage_in_bytes" : ".current";
    DIR *entries = directory != NULL ? opendir(directory) : NULL;
    size_t count = 0;
    if (entries == NULL)
        return 0;
    *ret_sizes = arena_array(arena, SIZES_MAX, sizeof(**ret_sizes));
    for (const struct dirent *entry; count < SIZES_MAX && (entry = readdir(entries)) != NULL;) {
        const char *size = page_size_of(arena, entry->d_name, suffix);
        if (size == NULL)
            continue;
        (*ret_sizes)[count++] = (struct hugetlb){
            .page_size = size,
            .usage_bytes = number_in(arena, directory, size, suffix),
            .peak_bytes = number_in(arena, directory, size, ".max_usage_in_bytes"),
        };
    }
    (void)closedir(entries); /* it was only read */
    return count;
}
