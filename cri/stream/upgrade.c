#include "cri/stream/upgrade.h"

#include <string.h>
#include <strings.h>

#include "cri/stream/websocket.h"
#include "shim/base/alloc.h"

#define SPDY_PROTOCOL "SPDY/3.1"
#define HEADER_STREAM_VERSION "X-Stream-Protocol-Version"
#define HEADER_STREAM_ACCEPTED "X-Accepted-Stream-Protocol-Versions"
#define HEADER_SOCKET_KEY "Sec-WebSocket-Key"
#define HEADER_SOCKET_ACCEPT "Sec-WebSocket-Accept"
#define HEADER_SOCKET_PROTOCOL "Sec-WebSocket-Protocol"

static struct MHD_Response *text_response(const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), xstrdup(text), MHD_RESPMEM_MUST_FREE);
    return response != NULL ? response : (alloc_failed(), NULL);
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status,
                             struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result upgrade_refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return queue(connection, status, text_response(text));
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        alloc_failed(); /* its only reason with names and values of ours */
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

struct gathering {
    const char *name;
    struct protocol_offer *offer;
};

static enum MHD_Result gather(void *argument, enum MHD_ValueKind kind, const char *name,
                              const char *value)
{
    (void)kind;
    const struct gathering *gathering = argument;
    struct protocol_offer *offer = gathering->offer;
    size_t room = sizeof(offer->values) / sizeof(offer->values[0]) - offer->count;
    if (strcasecmp(name, gathering->name) == 0 && value != NULL && room > 0)
        offer->values[offer->count++] = value;
    return MHD_YES;
}

static struct protocol_offer offer_of(struct MHD_Connection *connection, const char *name)
{
    struct protocol_offer offer = {.count = 0};
    struct gathering gathering = {.name = name, .offer = &offer};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, gather, &gathering);
    return offer;
}

static struct MHD_Response *upgrade_response(MHD_UpgradeHandler handler, void *context,
                                             const char *to)
{
    struct MHD_Response *response = MHD_create_response_for_upgrade(handler, context);
    if (response == NULL)
        alloc_failed();
    add_header(response, MHD_HTTP_HEADER_UPGRADE, to);
    return response;
}

static enum MHD_Result refuse_versions(struct MHD_Connection *connection, enum stream_kind kind)
{
    struct MHD_Response *response = text_response("no stream protocol in common\n");
    for (const char *const *name = protocol_spdy_names(kind); *name != NULL; name++)
        add_header(response, HEADER_STREAM_ACCEPTED, *name);
    return queue(connection, MHD_HTTP_FORBIDDEN, response);
}

static enum MHD_Result answer_spdy(struct MHD_Connection *connection, enum stream_kind kind,
                                   MHD_UpgradeHandler handler, void *context,
                                   struct protocol *ret_protocol, bool *ret_upgraded)
{
    struct protocol_offer offer = offer_of(connection, HEADER_STREAM_VERSION);
    if (offer.count == 0)
        return upgrade_refuse(connection, MHD_HTTP_BAD_REQUEST,
                              HEADER_STREAM_VERSION " is required\n");
    if (!protocol_choose_spdy(kind, &offer, ret_protocol))
        return refuse_versions(connection, kind);
    struct MHD_Response *response = upgrade_response(handler, context, SPDY_PROTOCOL);
    add_header(response, HEADER_STREAM_VERSION, ret_protocol->name);
    *ret_upgraded = true;
    return queue(connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
}

static enum MHD_Result answer_websocket(struct MHD_Connection *connection, enum stream_kind kind,
                                        MHD_UpgradeHandler handler, void *context,
                                        struct protocol *ret_protocol, bool *ret_upgraded)
{
    struct protocol_offer offer = offer_of(connection, HEADER_SOCKET_PROTOCOL);
    char accept[WEBSOCKET_ACCEPT_MAX];
    struct err err = ERR_INIT;
    if (strcmp(header(connection, "Sec-WebSocket-Version"), "13") != 0)
        return upgrade_refuse(connection, MHD_HTTP_UPGRADE_REQUIRED,
                              "only WebSocket version 13 is spoken here\n");
    if (!websocket_accept(header(connection, HEADER_SOCKET_KEY), accept, &err))
        return upgrade_refuse(connection, MHD_HTTP_BAD_REQUEST, err.text);
    if (!protocol_choose_websocket(kind, &offer, ret_protocol))
        return upgrade_refuse(connection, MHD_HTTP_BAD_REQUEST, "no subprotocol in common\n");
    struct MHD_Response *response = upgrade_response(handler, context, "websocket");
    add_header(response, HEADER_SOCKET_ACCEPT, accept);
    if (ret_protocol->name[0] != '\0')
        add_header(response, HEADER_SOCKET_PROTOCOL, ret_protocol->name);
    *ret_upgraded = true;
    return queue(connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
}

enum MHD_Result upgrade_answer(struct MHD_Connection *connection, enum stream_kind kind,
                               MHD_UpgradeHandler handler, void *context,
                               struct protocol *ret_protocol, bool *ret_upgraded)
{
    const char *to = header(connection, MHD_HTTP_HEADER_UPGRADE);
    *ret_upgraded = false;
    if (strcasestr(header(connection, MHD_HTTP_HEADER_CONNECTION), "upgrade") == NULL)
        to = "";
    if (strcasecmp(to, "websocket") == 0)
        return answer_websocket(connection, kind, handler, context, ret_protocol, ret_upgraded);
    if (strcasecmp(to, SPDY_PROTOCOL) == 0)
        return answer_spdy(connection, kind, handler, context, ret_protocol, ret_upgraded);
    return upgrade_refuse(connection, MHD_HTTP_BAD_REQUEST,
                          "only upgrades to SPDY/3.1 and websocket are answered here\n");
}
