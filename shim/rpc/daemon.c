#include "shim/rpc/daemon.h"

#include "shim/base/clock.h"

bool daemon_engine(struct daemon *daemon, struct scope *scope, struct engine *ret_engine,
                   struct err *err)
{
    enum { MAX_AGE_S = 60 };
    json_t *version, *info;
    int api_version;
    return docker_api_version(daemon->docker, scope, &api_version, err) &&
           docker_version(daemon->docker, scope, MAX_AGE_S * NS_PER_S, &version, err) &&
           docker_info(daemon->docker, scope, MAX_AGE_S * NS_PER_S, &info, err) &&
           engine_parse(scope->arena, version, info, api_version, ret_engine, err);
}
