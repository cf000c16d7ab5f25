#include "dockerapi/status.h"

#include "dockerapi/json_parse.h"

enum code status_http_code(long http_status, bool creates)
{
    switch (http_status) {
    case 400:
        return CODE_INVALID_ARGUMENT;
    case 401:
        return CODE_UNAUTHENTICATED;
    case 403:
        return CODE_PERMISSION_DENIED;
    case 404:
        return CODE_NOT_FOUND;
    case 409:
        return creates ? CODE_ALREADY_EXISTS : CODE_FAILED_PRECONDITION;
    case 413:
    case 429:
    case 431:
        return CODE_RESOURCE_EXHAUSTED;
    case 501:
        return CODE_UNIMPLEMENTED;
    case 502:
    case 503:
    case 504:
        return CODE_UNAVAILABLE;
    default:
        return CODE_UNKNOWN;
    }
}

bool status_http_error(long http_status, bool creates, const char *body, size_t length,
                       struct err *err)
{
    enum code code = status_http_code(http_status, creates);
    json_auto_t *document = NULL;
    struct err not_json; /* a proxy's page, a panic of the engine: the status says enough */
    const char *message = NULL;
    if (json_parse(body, length, JSON_OBJECT, &document, &not_json))
        message = json_string_value(json_object_get(document, "message"));
    if (message != NULL && message[0] != '\0')
        return err_set(err, code, "%s", message);
    return err_set(err, code, "HTTP status %ld", http_status);
}

enum code status_curl_code(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_OPERATION_TIMEDOUT: /* curl's own limit of a connect */
    case CURLE_SSL_CONNECT_ERROR:
        return CODE_UNAVAILABLE;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CLIENTCERT:
        return CODE_UNAUTHENTICATED;
    case CURLE_OUT_OF_MEMORY: /* what a header line above curl's own limit gives, too */
        return CODE_RESOURCE_EXHAUSTED;
    case CURLE_UNSUPPORTED_PROTOCOL: /* an answer that is not HTTP/1 */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return CODE_UNKNOWN;
    default:
        return CODE_INTERNAL;
    }
}
