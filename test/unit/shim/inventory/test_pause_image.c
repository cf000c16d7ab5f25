/* The built-in pause image: an archive that `docker load` takes, with nothing in it left to chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tar.h>
#include <unistd.h>

#include "shim/inventory/pause_image.h"
#include "shim/translate/json.h"

enum { BLOCK = 512, ENTRIES_MAX = 8 };

/* The ustar header (POSIX pax, "ustar Interchange Format"). */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
    char linkname[100], magic[6], version[2], uname[32], gname[32], device[16], prefix[155],
        pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

struct entry {
    char name[256];
    char type;
    long mode;
    const unsigned char *bytes;
    size_t size;
};

struct archive {
    struct entry entries[ENTRIES_MAX];
    size_t count;
};

static long octal(const char *field)
{
    return strtol(field, NULL, 8);
}

/* The sum of the header's bytes, its own field counted as blanks. */
static long checksum(const struct header *header)
{
    const unsigned char *bytes = (const unsigned char *)header;
    long sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        bool own = i >= offsetof(struct header, checksum) && i < offsetof(struct header, type);
        sum += own ? ' ' : bytes[i];
    }
    return sum;
}

/* Checks every header on the way, and that the archive ends with two blocks of zeros. */
static void read_archive(const unsigned char *tar, size_t length, struct archive *archive)
{
    static const unsigned char zeros[2 * BLOCK];
    size_t at = 0;
    archive->count = 0;
    assert_int_equal(length % BLOCK, 0);
    while (at + sizeof(zeros) < length) {
        struct header header;
        memcpy(&header, tar + at, sizeof(header));
        assert_memory_equal(header.magic, TMAGIC, TMAGLEN);
        assert_int_equal(octal(header.checksum), checksum(&header));
        assert_int_equal(octal(header.mtime), 0);
        assert_int_equal(octal(header.uid), 0);
        assert_int_equal(octal(header.gid), 0);
        assert_int_equal(header.uname[0], '\0');
        assert_in_range(archive->count, 0, ENTRIES_MAX - 1);
        struct entry *entry = &archive->entries[archive->count++];
        (void)snprintf(entry->name, sizeof(entry->name), "%.100s", header.name);
        entry->type = header.type;
        entry->mode = octal(header.mode);
        entry->size = (size_t)octal(header.size);
        entry->bytes = tar + at + BLOCK;
        at += BLOCK + (entry->size + BLOCK - 1) / BLOCK * BLOCK;
    }
    assert_int_equal(at + sizeof(zeros), length);
    assert_memory_equal(tar + at, zeros, sizeof(zeros));
}

static const struct entry *find(const struct archive *archive, const char *name)
{
    for (size_t i = 0; i < archive->count; i++)
        if (strcmp(archive->entries[i].name, name) == 0)
            return &archive->entries[i];
    fail_msg("the archive has no %s", name);
    return NULL;
}

/* "sha256:<hex>" of an entry, by the tool that everybody trusts. */
static const char *digest(struct arena *arena, const struct entry *entry)
{
    char path[] = "/tmp/test_pause_image.XXXXXX", hex[65] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, entry->bytes, entry->size), entry->size);
    (void)close(fd);
    FILE *output = popen(arena_printf(arena, "sha256sum %s", path), "r");
    assert_non_null(output);
    assert_int_equal(fread(hex, 1, 64, output), 64);
    assert_int_equal(pclose(output), 0);
    (void)unlink(path);
    return arena_printf(arena, "sha256:%s", hex);
}

static json_t *document(struct arena *arena, const struct entry *entry)
{
    json_error_t error;
    json_t *json = json_loadb((const char *)entry->bytes, entry->size, 0, &error);
    if (json == NULL)
        fail_msg("%s: %s", entry->name, error.text);
    return arena_json(arena, json);
}

/* The three files of the image. */
struct image {
    struct archive archive;
    json_t *manifest, *config;
    const struct entry *config_entry, *layer;
};

static void read_image(struct arena *arena, struct image *image)
{
    read_archive(pause_image_tar, pause_image_tar_bytes, &image->archive);
    json_t *list = document(arena, find(&image->archive, "manifest.json"));
    assert_int_equal(json_array_size(list), 1);
    image->manifest = json_array_get(list, 0);
    image->config_entry = find(&image->archive, json_text_at(image->manifest, "Config"));
    image->config = document(arena, image->config_entry);
    json_t *layers = json_at(image->manifest, "Layers");
    assert_int_equal(json_array_size(layers), 1);
    image->layer = find(&image->archive, json_string_value(json_array_get(layers, 0)));
}

static void it_is_loaded_under_its_own_name(void **state)
{
    struct image image;
    read_image(*state, &image);
    json_t *names = json_at(image.manifest, "RepoTags");
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(json_string_value(json_array_get(names, 0)), pause_image_reference());
    assert_string_equal(pause_image_reference(), "dockershimd/pause:" DOCKERSHIMD_VERSION);
}

static void ids_are_the_digests_of_what_they_name(void **state)
{
    struct image image;
    read_image(*state, &image);
    json_t *layer_ids = json_at(image.config, "rootfs.diff_ids");
    assert_int_equal(json_array_size(layer_ids), 1);
    assert_string_equal(json_string_value(json_array_get(layer_ids, 0)),
                        digest(*state, image.layer));
    const char *id = digest(*state, image.config_entry) + strlen("sha256:");
    assert_string_equal(image.config_entry->name, arena_printf(*state, "%s.json", id));
}

static void it_runs_the_program_without_rights(void **state)
{
    struct image image;
    read_image(*state, &image);
    json_t *entrypoint = json_at(image.config, "config.Entrypoint");
    assert_int_equal(json_array_size(entrypoint), 1);
    assert_string_equal(json_string_value(json_array_get(entrypoint, 0)), "/pause");
    assert_string_equal(json_text_at(image.config, "config.User"), "65535:65535");
    assert_string_equal(json_text_at(image.config, "os"), "linux");
    assert_string_not_equal(json_text_at(image.config, "architecture"), "");
}

static void its_layer_is_one_small_static_program(void **state)
{
    struct image image;
    struct archive layer;
    read_image(*state, &image);
    read_archive(image.layer->bytes, image.layer->size, &layer);
    assert_int_equal(layer.count, 1);
    const struct entry *program = find(&layer, "pause");
    assert_int_equal(program->type, REGTYPE);
    assert_int_equal(program->mode, 0555);
    assert_in_range(program->size, sizeof(Elf64_Ehdr), 8192);
    Elf64_Ehdr elf;
    memcpy(&elf, program->bytes, sizeof(elf));
    assert_memory_equal(elf.e_ident, ELFMAG, SELFMAG);
    for (int i = 0; i < elf.e_phnum; i++) {
        Elf64_Phdr part;
        size_t at = elf.e_phoff + (size_t)i * elf.e_phentsize;
        assert_true(at + sizeof(part) <= program->size);
        memcpy(&part, program->bytes + at, sizeof(part));
        assert_int_not_equal(part.p_type, PT_INTERP);
        assert_int_not_equal(part.p_flags & (PF_W | PF_X), PF_W | PF_X);
    }
}

static int setup(void **state)
{
    *state = arena_create();
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_loaded_under_its_own_name),
        cmocka_unit_test(ids_are_the_digests_of_what_they_name),
        cmocka_unit_test(it_runs_the_program_without_rights),
        cmocka_unit_test(its_layer_is_one_small_static_program),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
