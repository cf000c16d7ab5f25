#include "shim/translate/reference.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HEX DIGITS "abcdef"

enum { PATH_MAX_LENGTH = 255, TAG_MAX_LENGTH = 128, ID_LENGTH = 64 };

static const char hub[] = "docker.io";
static const char official[] = "library/";

static bool only(const char *text, size_t length, const char *set)
{
    return strspn(text, set) >= length;
}

bool reference_is_id(const char *text)
{
    if (strncmp(text, "sha256:", 7) == 0)
        text += 7;
    return strlen(text) == ID_LENGTH && only(text, ID_LENGTH, HEX);
}

/* domain-component: letters, digits and inner dashes. */
static bool is_domain_component(const char *text, size_t length)
{
    return length > 0 && only(text, length, LOWER UPPER DIGITS "-") && text[0] != '-' &&
           text[length - 1] != '-';
}

/* Dot-separated components, or an IPv6 address in brackets; then an optional port. */
static bool is_domain(const char *text)
{
    size_t length;
    if (text[0] == '[') {
        length = 1 + strspn(text + 1, HEX "ABCDEF:");
        if (length == 1 || text[length++] != ']')
            return false;
    } else {
        length = strcspn(text, ":");
        for (size_t start = 0, size; start <= length; start += size + 1) {
            size = strcspn(text + start, ".:");
            if (!is_domain_component(text + start, size))
                return false;
        }
    }
    if (text[length] == '\0')
        return true;
    const char *port = text + length + 1;
    return text[length] == ':' && port[0] != '\0' && port[strspn(port, DIGITS)] == '\0';
}

/* path-component: lower case letters and digits, with single separators between them: ".", "_",
 * "__" or any number of dashes. */
static bool is_path_component(const char *text, size_t length)
{
    const char *end = text + length;
    for (;;) {
        size_t size = strspn(text, LOWER DIGITS);
        if (size == 0)
            return false;
        text += size;
        if (text == end)
            return true;
        if (*text == '.')
            text++;
        else if (*text == '_')
            text += text[1] == '_' ? 2 : 1;
        else if (*text == '-')
            text += strspn(text, "-");
        else
            return false;
    }
}

static bool is_path(const char *text)
{
    for (;; text++) {
        size_t length = strcspn(text, "/");
        if (!is_path_component(text, length))
            return false;
        text += length;
        if (*text == '\0')
            return true;
    }
}

static bool is_tag(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= TAG_MAX_LENGTH && only(text, length, LOWER UPPER DIGITS "_.-") &&
           text[0] != '.' && text[0] != '-';
}

/* The algorithms that Docker knows, and the length of their hex text. */
static bool is_digest(const char *text)
{
    static const struct {
        const char *prefix;
        size_t length;
    } algorithms[] = {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        const char *hex = text + strlen(algorithms[i].prefix);
        if (strncmp(text, algorithms[i].prefix, strlen(algorithms[i].prefix)) == 0)
            return strlen(hex) == algorithms[i].length && only(hex, strlen(hex), HEX);
    }
    return false;
}

/* True if what stands before the first slash names a registry and not a folder of Docker Hub. */
static bool names_registry(const char *text, size_t length)
{
    size_t plain = strcspn(text, ".:" UPPER);
    return plain < length || (length == 9 && strncmp(text, "localhost", length) == 0);
}

/* Takes the name apart, in Docker's short forms too. */
static void split_name(struct arena *arena, const char *name, struct reference *ret_reference)
{
    size_t first = strcspn(name, "/");
    ret_reference->domain = hub;
    ret_reference->path = name;
    if (name[first] == '/' && names_registry(name, first)) {
        ret_reference->domain = arena_strndup(arena, name, first);
        ret_reference->path = name + first + 1;
    }
    if (strcmp(ret_reference->domain, "index.docker.io") == 0)
        ret_reference->domain = hub;
    if (strcmp(ret_reference->domain, hub) == 0 && strchr(ret_reference->path, '/') == NULL)
        ret_reference->path = arena_printf(arena, "%s%s", official, ret_reference->path);
}

/* What is wrong with a reference, NULL if nothing. */
static const char *problem(const struct reference *reference, bool has_tag, bool has_digest)
{
    if (!is_domain(reference->domain))
        return "the registry is malformed";
    if (reference->path[strcspn(reference->path, UPPER)] != '\0')
        return "the repository must be lower case";
    if (strlen(reference->path) > PATH_MAX_LENGTH)
        return "the repository is too long";
    if (!is_path(reference->path))
        return "the repository is malformed";
    if (has_tag && !is_tag(reference->tag))
        return "the tag is malformed";
    if (has_digest && !is_digest(reference->digest))
        return "the digest is malformed";
    return NULL;
}

bool reference_parse(struct arena *arena, const char *text, struct reference *ret_reference,
                     struct err *err)
{
    if (reference_is_id(text))
        return err_set(err, CODE_INVALID_ARGUMENT, "image reference \"%s\" is an image id", text);
    struct reference reference;
    char *name = arena_strdup(arena, text);
    char *digest = strchr(name, '@');
    if (digest != NULL)
        *digest++ = '\0';
    /* A colon before the last slash belongs to the registry's port. */
    char *slash = strrchr(name, '/');
    char *tag = strchr(slash != NULL ? slash : name, ':');
    if (tag != NULL)
        *tag++ = '\0';
    split_name(arena, name, &reference);
    reference.digest = digest != NULL ? digest : "";
    reference.tag = tag != NULL ? tag : digest != NULL ? "" : "latest";
    const char *why = problem(&reference, tag != NULL, digest != NULL);
    if (why != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "image reference \"%.300s\": %s", text, why);
    *ret_reference = reference;
    return true;
}

bool reference_same_repository(const struct reference *a, const struct reference *b)
{
    return strcmp(a->domain, b->domain) == 0 && strcmp(a->path, b->path) == 0;
}

const char *reference_repository(struct arena *arena, const struct reference *reference)
{
    return arena_printf(arena, "%s/%s", reference->domain, reference->path);
}

const char *reference_familiar(struct arena *arena, const struct reference *reference)
{
    const char *path = reference->path;
    size_t first = strcspn(path, "/"), length = strlen(official);
    if (strcmp(reference->domain, hub) != 0 || names_registry(path, first))
        return reference_repository(arena, reference);
    bool is_official = strncmp(path, official, length) == 0 && strchr(path + length, '/') == NULL;
    return path + (is_official ? length : 0);
}
