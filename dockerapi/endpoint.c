#include "dockerapi/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shim/base/alloc.h"

static const char UNIX_SCHEME[] = "unix://", TCP_SCHEME[] = "tcp://";

static char *copy(const char *text)
{
    return text == NULL ? NULL : xstrdup(text);
}

static bool parse_unix(struct endpoint *endpoint, const char *path, struct err *err)
{
    if (path[0] != '/')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker endpoint %s: the path of a unix socket starts with /",
                       endpoint->text);
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker endpoint %s: the path is too long for a unix socket",
                       endpoint->text);
    if (endpoint->tls_ca != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker endpoint %s: TLS files are only for tcp://", endpoint->text);
    endpoint->unix_path = xstrdup(path);
    endpoint->base_url = xstrdup("http://docker");
    return true;
}

/* The length of a host name, an IPv4 address or an [IPv6 address]; 0 if there is none. */
static size_t host_length(const char *text)
{
    static const char NAME[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    if (text[0] != '[')
        return strspn(text, NAME);
    size_t length = strspn(text + 1, "0123456789abcdefABCDEF:.");
    return length > 0 && text[1 + length] == ']' ? length + 2 : 0;
}

static bool is_port(const char *text)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 5 || text[length] != '\0')
        return false;
    long port = strtol(text, NULL, 10);
    return port > 0 && port < 65536;
}

static bool parse_tcp(struct endpoint *endpoint, const char *address, struct err *err)
{
    size_t length = host_length(address);
    if (length == 0 || address[length] != ':' || !is_port(address + length + 1))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker endpoint %s: what follows tcp:// must be HOST:PORT", endpoint->text);
    const char *scheme = endpoint->tls_ca != NULL ? "https://" : "http://";
    size_t size = strlen(scheme) + strlen(address) + 1;
    endpoint->base_url = xmalloc(size);
    (void)stpcpy(stpcpy(endpoint->base_url, scheme), address); /* sized just above */
    return true;
}

static bool check_file(const char *what, const char *path, struct err *err)
{
    if (path == NULL || access(path, R_OK) == 0)
        return true;
    char reason[128];
    return err_set(err, CODE_INVALID_ARGUMENT, "docker %s %s: %s", what, path,
                   strerror_r(errno, reason, sizeof(reason)));
}

static bool check_tls(const struct endpoint *endpoint, struct err *err)
{
    if ((endpoint->tls_cert == NULL) != (endpoint->tls_key == NULL))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker TLS: a client certificate and its key come together");
    if (endpoint->tls_cert != NULL && endpoint->tls_ca == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "docker TLS: a client certificate needs the CA that the engine is checked "
                       "against");
    return check_file("TLS CA", endpoint->tls_ca, err) &&
           check_file("TLS certificate", endpoint->tls_cert, err) &&
           check_file("TLS key", endpoint->tls_key, err);
}

static bool parse(struct endpoint *endpoint, struct err *err)
{
    const char *text = endpoint->text;
    if (!check_tls(endpoint, err))
        return false;
    if (strncmp(text, UNIX_SCHEME, strlen(UNIX_SCHEME)) == 0)
        return parse_unix(endpoint, text + strlen(UNIX_SCHEME), err);
    if (strncmp(text, TCP_SCHEME, strlen(TCP_SCHEME)) == 0)
        return parse_tcp(endpoint, text + strlen(TCP_SCHEME), err);
    return err_set(err, CODE_INVALID_ARGUMENT,
                   "docker endpoint %s: it must be unix:///PATH or tcp://HOST:PORT", text);
}

bool endpoint_init(struct endpoint *endpoint, const struct docker_options *options, struct err *err)
{
    *endpoint = (struct endpoint){
        .text = xstrdup(options->endpoint != NULL ? options->endpoint : ""),
        .tls_ca = copy(options->tls_ca),
        .tls_cert = copy(options->tls_cert),
        .tls_key = copy(options->tls_key),
    };
    if (parse(endpoint, err))
        return true;
    endpoint_done(endpoint);
    return false;
}

void endpoint_done(struct endpoint *endpoint)
{
    free(endpoint->text);
    free(endpoint->base_url);
    free(endpoint->unix_path);
    free(endpoint->tls_ca);
    free(endpoint->tls_cert);
    free(endpoint->tls_key);
    *endpoint = (struct endpoint){0};
}
