#include "shim/translate/pull_error.h"

#include <string.h>

#include "shim/translate/json.h"

#define REGISTRY_UNAVAILABLE "RegistryUnavailable"
#define SIGNATURE_INVALID "SignatureValidationFailed"

/*
 * Docker hides the registry's answer in its text: engines from 20.10 to 28 say 500 "received
 * unexpected HTTP status: 503 Service Unavailable" and send errors of the stream without a number.
 * These pieces are fixed: Go's status lines and network errors, and the error codes of the
 * distribution specification in the form that Docker prints. The first that occurs decides.
 */
static const struct {
    const char *piece;
    enum code code;
    const char *prefix;
} answers[] = {
    {"502 Bad Gateway", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"503 Service Unavailable", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"504 Gateway Timeout", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"error parsing HTTP 502 response", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"error parsing HTTP 503 response", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"error parsing HTTP 504 response", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"connect: connection refused", CODE_UNKNOWN, REGISTRY_UNAVAILABLE},
    {"did not meet required signing policy", CODE_UNKNOWN, SIGNATURE_INVALID},
    {"401 Unauthorized", CODE_UNAUTHENTICATED, NULL},
    {"unauthorized: ", CODE_UNAUTHENTICATED, NULL},
    {"no basic auth credentials", CODE_UNAUTHENTICATED, NULL},
    {"error parsing HTTP 403 response", CODE_PERMISSION_DENIED, NULL},
    {"403 Forbidden", CODE_PERMISSION_DENIED, NULL},
    {"denied: ", CODE_PERMISSION_DENIED, NULL},
    {"error parsing HTTP 429 response", CODE_RESOURCE_EXHAUSTED, NULL},
    {"429 Too Many Requests", CODE_RESOURCE_EXHAUSTED, NULL},
    {"toomanyrequests: ", CODE_RESOURCE_EXHAUSTED, NULL},
    {"manifest unknown", CODE_NOT_FOUND, NULL},
    {"unknown blob", CODE_NOT_FOUND, NULL},
};

bool pull_error_refine(struct err *err)
{
    if (err->code != CODE_UNKNOWN && err->code != CODE_UNAVAILABLE)
        return false;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (strstr(err->text, answers[i].piece) == NULL)
            continue;
        err->code = answers[i].code;
        if (answers[i].prefix != NULL)
            return err_wrap(err, "%s", answers[i].prefix);
        return false;
    }
    return false;
}

/* The registry's HTTP status, for the few errors that Docker sends with one. */
static bool from_number(int64_t status, const char *text, struct err *err)
{
    switch (status) {
    case 401:
        return err_set(err, CODE_UNAUTHENTICATED, "%s", text);
    case 403:
        return err_set(err, CODE_PERMISSION_DENIED, "%s", text);
    case 404:
        return err_set(err, CODE_NOT_FOUND, "%s", text);
    case 429:
        return err_set(err, CODE_RESOURCE_EXHAUSTED, "%s", text);
    case 502:
    case 503:
    case 504:
        return err_set(err, CODE_UNKNOWN, REGISTRY_UNAVAILABLE ": %s", text);
    default:
        (void)err_set(err, CODE_UNKNOWN, "%s", text);
        return pull_error_refine(err);
    }
}

bool pull_error_check(const json_t *message, struct err *err)
{
    const char *text = json_text_at(message, "error");
    const char *detail = json_text_at(message, "errorDetail.message");
    if (text[0] == '\0')
        text = detail;
    if (text[0] == '\0')
        return true;
    return from_number(json_int_at(message, "errorDetail.code"), text, err);
}
