#include "shim/translate/auth.h"

#include <string.h>

#include "shim/base/base64.h"
#include "shim/base/utf8.h"
#include "shim/translate/json.h"

/* The form of Docker's own configuration file: base64 of "user:password". Files written long ago
 * pad the password with NUL bytes, so it ends at the first one. */
static bool split_auth(struct arena *arena, const char *auth, const char **ret_username,
                       const char **ret_password, struct err *err)
{
    const char *line = arena_strndup(arena, auth, strcspn(auth, "\r\n"));
    char *decoded;
    size_t length;
    char *colon =
        base64_decode(arena, line, &decoded, &length) ? memchr(decoded, ':', length) : NULL;
    if (colon == NULL || !utf8_valid(decoded, strlen(decoded)))
        return err_set(err, CODE_INVALID_ARGUMENT, "auth.auth is not base64 of user:password");
    *colon = '\0';
    *ret_username = decoded;
    *ret_password = colon + 1;
    return true;
}

/* Docker Hub's credentials are kept under the address of its first index. */
static const char *server_address(const Cri__AuthConfig *auth, const char *domain)
{
    if (auth->server_address[0] != '\0')
        return auth->server_address;
    return strcmp(domain, "docker.io") == 0 ? "https://index.docker.io/v1/" : domain;
}

bool translate_auth(struct arena *arena, const Cri__AuthConfig *auth, const char *domain,
                    json_t **ret_auth, struct err *err)
{
    *ret_auth = NULL;
    if (auth == NULL)
        return true;
    const char *username = auth->username, *password = auth->password;
    bool given = username[0] != '\0' || password[0] != '\0' || auth->identity_token[0] != '\0' ||
                 auth->registry_token[0] != '\0';
    if (!given && auth->auth[0] == '\0')
        return true;
    if (!given && !split_auth(arena, auth->auth, &username, &password, err))
        return false;
    json_t *document = arena_json(arena, json_object());
    json_set_text(document, "username", username);
    json_set_text(document, "password", password);
    json_set_text(document, "identitytoken", auth->identity_token);
    json_set_text(document, "registrytoken", auth->registry_token);
    json_set_text(document, "serveraddress", server_address(auth, domain));
    *ret_auth = document;
    return true;
}
